"""The admin's home: what waits for staff, each number leading to its list."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal_project.mail.models import OutgoingMail
from subscriptions.models import Invoice, Subscription
from subscriptions.rules.states import Status
from support.models import CancellationRequest, Ticket
from support.queue.rows import MOST, WEEK, capped


@dataclass(frozen=True)
class Card:
    label: str | Promise
    count: str
    url: str


def cards(request: HttpRequest, today: date) -> list[Card]:
    """The numbers that this person may see."""
    soon = today + timedelta(days=WEEK)
    ending = Subscription.objects.filter(cancels_on__lte=soon)
    all_cards: list[tuple[str, str | Promise, QuerySet[Any], str, dict[str, Any]]] = [
        (
            "support.view_cancellationrequest",
            _("Cancellations in notice"),
            CancellationRequest.objects.undecided(),
            "support_cancellationrequest",
            {"decision": "not_yet"},
        ),
        (
            "subscriptions.view_subscription",
            _("Ending within a week"),
            ending,
            "subscriptions_subscription",
            {"cancels_on_from": today, "cancels_on_to": soon},
        ),
        (
            "support.view_ticket",
            _("Open tickets"),
            Ticket.objects.filter(status=Ticket.Status.OPEN),
            "support_ticket",
            {"tab": "open"},
        ),
        (
            "subscriptions.view_subscription",
            _("Paused subscriptions"),
            Subscription.objects.filter(status=Status.PAUSED),
            "subscriptions_subscription",
            {"status__exact": Status.PAUSED},
        ),
        (
            "subscriptions.change_invoice",
            _("Overdue invoices"),
            Invoice.objects.overdue(today),
            "subscriptions_invoice",
            {"overdue": "yes"},
        ),
        (
            "mail.change_outgoingmail",
            _("Mails waiting to be sent"),
            OutgoingMail.objects.filter(state=OutgoingMail.State.PENDING),
            "mail_outgoingmail",
            {"state__exact": OutgoingMail.State.PENDING},
        ),
        (
            "mail.change_outgoingmail",
            _("Mails not delivered"),
            OutgoingMail.objects.filter(state=OutgoingMail.State.FAILED),
            "mail_outgoingmail",
            {"state__exact": OutgoingMail.State.FAILED},
        ),
    ]
    return [
        Card(label, _count(rows), f"{reverse(f'admin:{page}_changelist')}?{urlencode(query)}")
        for permission, label, rows, page, query in all_cards
        if request.user.has_perm(permission)
    ]


def _count(rows: QuerySet[Any]) -> str:
    return capped(rows.order_by()[: MOST + 1].count())
