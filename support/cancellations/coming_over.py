"""The import of subscriptions with what the support desk has beside them: an end that another system has promised comes over
with a request and its ticket, and without a mail.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext_lazy

from portal_project.common import bulk, numbers
from portal_project.common.csv_files import Line
from portal_project.common.facts import sentences, told
from products.models import NOT_SAID, CancellationReason
from subscriptions import importing
from subscriptions.importing import Checked, End, Row, Summary
from subscriptions.models import Subscription
from support.cancellations.requests import bring_over, new_ticket
from support.models import CancellationRequest, Ticket
from support.queue.act_by import act_by

Progress = Callable[[int], object]

sentences(
    came_over=gettext_lazy(
        "You asked on %(asked)s, before the subscription came over to here. The end promised then, %(promised)s, holds."
    )
)


def check(rows: list[Line], *, today: date, on_progress: Progress) -> Checked[Row]:
    return importing.check(rows, today=today, reasons=_reasons(), on_progress=on_progress)


def write(checked: Checked[Row], *, today: date, on_progress: Progress) -> Summary:
    return importing.write(checked, today=today, beside=_with_requests, on_progress=on_progress)


def _reasons() -> dict[str, str]:
    """What a file may say for each reason, in lower case: its code, or its name."""
    return {text.lower(): code for code, reason in _known().items() for text in (code, reason.label)}


def _known() -> dict[str, CancellationReason]:
    """By their codes."""
    return CancellationReason.objects.in_bulk(field_name="code")


@contextmanager
def _with_requests(new: Sequence[tuple[Row, Subscription]], today: date) -> Iterator[None]:
    """Give the new subscriptions the ends of their rows; and once they are saved, make the requests that led to these."""
    leaving = [(row.end, subscription) for row, subscription in new if row.end]
    for end, subscription in leaving:
        bring_over(subscription, today, end.ends_on)
    yield
    prefetch_related_objects([subscription for _end, subscription in leaving], "linked_services")
    reasons = _known()
    requests = [_request(end, subscription, reasons) for end, subscription in leaving]
    tickets = [request.ticket for request in requests]
    for ticket in tickets:
        ticket.act_by = act_by(ticket, today)
    numbers.draw_free(Ticket.objects, tickets, numbers.TICKET)
    bulk.insert(tickets)
    for request in requests:
        # Once more, because a new ticket has its key only now.
        request.ticket = request.ticket
    bulk.insert(requests)


def _request(end: End, subscription: Subscription, reasons: dict[str, CancellationReason]) -> CancellationRequest:
    """With its ticket, from the first moment of the day on which the customer asked."""
    reason = reasons[end.reason or NOT_SAID]
    at = timezone.make_aware(datetime.combine(end.requested_on, time.min))
    return CancellationRequest(
        ticket=new_ticket(subscription, at),
        subscription=subscription,
        reason=reason,
        reason_label=reason.label,
        reason_others=reason.others,
        requested_on=end.requested_on,
        requested_at=at,
        answered_at=at,
        notice_days=subscription.plan.product.notice_days,
        promised_on=end.ends_on,
        why_facts=told("came_over", asked=end.requested_on, promised=end.ends_on),
    )
