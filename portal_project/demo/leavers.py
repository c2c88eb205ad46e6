"""Two who have left and ask to have their data deleted: one is forgotten by now, the other one can be."""

from datetime import date, datetime, time

from django.utils.timezone import make_aware

from portal_project.accounts import forgetting
from portal_project.accounts.models import User
from portal_project.demo import acts, conversations, people
from portal_project.demo.acts import Subscriptions
from portal_project.demo.catalogue import Plans
from portal_project.demo.support_desk import Conversation
from portal_project.demo.timeline import Act, Timeline
from subscriptions.billing import payments
from subscriptions.models import Invoice

MORNING, NOON = time(9, 40), time(13, 5)
HAD = "Newsletter Studio"


def leave(timeline: Timeline, plans: Plans, support: User, merchant: User) -> None:
    had: Subscriptions = {}
    forgotten, asks = people.make_leavers()
    for customer, script, asked in ((forgotten, conversations.FORGOTTEN, 9), (asks, conversations.ASKS, 4)):
        name = f"{HAD} of {customer.number}"
        timeline.at(200 - asked, MORNING, acts.start(had, name, customer, plans[HAD, "Monthly"]))
        timeline.at(40 + asked, MORNING, acts.cancel_now(had, name))
        timeline.at(30 + asked, NOON, _pay(customer, merchant))
        Conversation(script, customer, support, had, name).plan(timeline, asked, 50)
    timeline.at(3, NOON, _forget(forgotten, merchant))


def _pay(customer: User, by: User) -> Act:
    def act(today: date) -> None:
        theirs = Invoice.objects.filter(subscription__customer=customer)
        for number in theirs.values_list("number", flat=True):
            payments.record(number, received_on=today, reference="", by=by)
        theirs.update(settled_at=make_aware(datetime.combine(today, NOON)))

    return act


def _forget(customer: User, by: User) -> Act:
    def act(today: date) -> None:
        forgetting.forget(customer, by=by)

    return act
