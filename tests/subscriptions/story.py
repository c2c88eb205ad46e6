"""A subscription’s story, told in lines such as "04-05 pause 05-10", and the bills that came of it; days of 2026 unless said."""

from datetime import date
from decimal import Decimal

from subscriptions.lifecycle import due
from subscriptions.models import Invoice, Subscription
from support.jobs import follow_up
from tests.factories import UserFactory
from tests.subscriptions.billing_portal import Portal

SHORT = {
    "request": "schedule_cancellation",
    "withdraw": "withdraw_cancellation",
    "redate": "change_resume_date",
    "drop": "drop_pause",
    "discount": "grant_discount",
}
MAY_HAVE_A_DATE = ("pause", "change_resume_date")


def day(text: str) -> date:
    return date.fromisoformat(text if len(text) == 10 else f"2026-{text}")


class _Told(Portal):
    """The portal of a subscription that is there already."""

    def __init__(self, subscription: Subscription) -> None:
        self.pk, self.customer = subscription.pk, subscription.customer
        self.staff = UserFactory(is_staff=True, is_superuser=True)


def told(subscription: Subscription, story: str) -> Subscription:
    """Let the lines happen in their order, and return the subscription as it is stored then.

    A line is a day, a verb (`SHORT` has the short ones) or `job`, and the verb's arguments. The customer does it all but
    `cancel`, which staff do. Raises `NotAllowed`.
    """
    portal = _Told(subscription)
    for line in story.split(", "):
        on, word, *arguments = line.split()
        _happen(portal, day(on), SHORT.get(word, word), [_argument(text) for text in arguments])
    return portal.mine().get()


def _happen(portal: Portal, today: date, name: str, arguments: list[int | date | None]) -> None:
    if name == "job":
        assert due.apply(today).failed == 0
        follow_up.run(today)
        return
    if name in MAY_HAVE_A_DATE:
        arguments = arguments or [None]
    portal.act(name, today, *arguments)


def _argument(text: str) -> int | date:
    return int(text) if text.isdigit() else day(text)


def bills(subscription: Subscription) -> list[tuple[date, date, Decimal]]:
    """The first day, the first day after, and the amount of each invoice that is not void."""
    live = Invoice.objects.filter(subscription=subscription).exclude(status=Invoice.Status.VOID)
    return [(bill.covers_from, bill.covers_to, bill.amount) for bill in live.order_by("covers_from")]


def listed(text: str) -> list[tuple[date, date, Decimal]]:
    """As `bills`, of a text such as "04-20 05-20 100.00, 05-20 06-20 100.00"."""
    rows = [row.split() for row in text.split(", ") if row]
    return [(day(first), day(end), Decimal(amount)) for first, end, amount in rows]
