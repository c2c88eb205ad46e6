"""Loading the demo's sample data into an empty portal."""

from datetime import datetime, time, timedelta
from random import Random

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils.timezone import make_aware
from django_q.models import OrmQ

from portal_project.accounts import address, invitations
from portal_project.accounts.models import SavedView, User
from portal_project.common import bulk
from portal_project.demo import bulk_acts, downloads, leavers, payment_files, people, story
from portal_project.demo.catalogue import make_catalogue
from portal_project.demo.others import Others
from portal_project.demo.support_desk import make_saved_replies
from portal_project.demo.timeline import Timeline
from portal_project.mail.models import OutgoingMail
from portal_project.receipts.giving import mail_context, mail_key
from portal_project.receipts.models import Receipt
from subscriptions.models import Invoice, JobRun, SubscriptionEvent
from subscriptions.reports import snapshots
from support.models import Ticket
from support.queue import act_by

SEED = 20240229
CUSTOMERS = 150
PAYS_WITHIN = timedelta(days=10)


def is_loaded() -> bool:
    return User.objects.filter(email=people.ALICE).exists()


def is_empty() -> bool:
    return not User.objects.exists()


def load(began: datetime) -> None:
    """Fill an empty portal, all or nothing; dates lie around the day of `began`, which is the present instant."""
    chance = Random(SEED)
    with transaction.atomic():
        timeline = Timeline(began)
        accounts, plans = people.make_accounts(), make_catalogue()
        support = accounts[people.SUPPORT]
        make_saved_replies()
        story.alice(timeline, plans, accounts[people.ALICE], support, accounts[people.MERCHANT])
        story.bob(timeline, plans, accounts[people.BOB], support)
        leavers.leave(timeline, plans, support, accounts[people.MERCHANT])
        Others(timeline, plans, people.make_customers(CUSTOMERS, chance), support, chance).live()
        timeline.live()
        _reckon_when_to_act(timeline)
        _date_customers()
        _pay(timeline, chance)
        payment_files.add(began, timeline.today, accounts[people.MERCHANT])
        downloads.add(began, accounts[people.MERCHANT], accounts[people.SUPPORT])
        bulk_acts.add(timeline.today, accounts[people.MERCHANT])
        _save_views(accounts)
        address.ask(accounts[people.BOB], people.BOB_NEW, now=began)
        invitations.invite(people.INVITED, "Noor Nijhuis", invitations.Role.SUPPORT)
        _settle_mail()
        snapshots.rebuild(timeline.today, began)
        # The past of the sample is what the job made of it.
        JobRun.objects.create(pk=1, began_at=began, ended_at=began)
    # Each act has woken the worker, for mail that has long been sent.
    OrmQ.objects.all().delete()


def _reckon_when_to_act(timeline: Timeline) -> None:
    """Each day to act by was reckoned before the messages that it follows from were set back."""
    unfinished = Ticket.objects.unfinished()
    act_by.refresh(unfinished.values_list("pk", flat=True), timeline.today)


def _save_views(accounts: dict[str, User]) -> None:
    paused, late = (
        ("subscriptions.subscription", "Paused", "tab=paused"),
        ("support.ticket", "Late", "tab=all&acts=late"),
    )
    for email, (name, called, query) in ((people.MERCHANT, paused), (people.SUPPORT, late)):
        SavedView.objects.create(owner=accounts[email], list=name, name=called, query=query)


def _date_customers() -> None:
    """Each customer is one since their first subscription."""
    events = SubscriptionEvent.objects.filter(subscription__customer=OuterRef("pk")).order_by("recorded_at")
    customers = User.objects.filter(is_staff=False, subscriptions__isnull=False)
    customers.update(date_joined=Subquery(events.values("recorded_at")[:1]))


def _pay(timeline: Timeline, chance: Random) -> None:
    """Most customers pay in time; a few invoices are overdue."""
    old = Invoice.objects.filter(status=Invoice.Status.OPEN, issued_on__lte=timeline.today - PAYS_WITHIN)
    paid = [invoice for invoice in old.order_by("pk") if chance.random() < 0.985]
    for invoice in paid:
        invoice.status = Invoice.Status.PAID
        invoice.paid_on = invoice.issued_on + timedelta(days=chance.randint(0, PAYS_WITHIN.days - 1))
        invoice.settled_at = make_aware(datetime.combine(invoice.paid_on, time(12)))
    bulk.update(paid, ["status", "paid_on", "settled_at"])


def _settle_mail() -> None:
    """Nothing of the past is sent now. Alice, Bob and who is invited have had their mail; that of invented people is left out."""
    kept = [people.ALICE, people.BOB, people.BOB_NEW, people.INVITED]
    OutgoingMail.objects.exclude(recipient__in=kept).delete()
    for receipt in Receipt.objects.select_related("person"):
        # The mail was written before the time of what it tells of was set back.
        OutgoingMail.objects.filter(key=mail_key(receipt)).update(context=mail_context(receipt))
    OutgoingMail.objects.update(state=OutgoingMail.State.SENT, attempts=1, sent_at=F("created_at"))
