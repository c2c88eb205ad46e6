"""What needs a customer's attention first: offers, what is to be paid, answers, dates that come soon (`docs/design.md`, Home)."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from subscriptions.portal.attention import Attention, dates, invoices
from subscriptions.rules.dates_in_words import day
from support.models import Ticket, TicketEvent

if TYPE_CHECKING:
    from portal_project.accounts.models import User
    from support.models.offer import OfferQuerySet

NEWS = timedelta(days=30)
MOST = 5


def attention(customer: "User", offers: "OfferQuerySet", today: date) -> list[Attention]:
    """In this order; what an offer tells is not told twice. Three statements, and that of the offers."""
    with_offer = {offer.request.subscription_id for offer in offers}
    coming = [item for subscription, item in dates(customer, today) if subscription.pk not in with_offer]
    answers = _answers(customer, besides=[offer.request.ticket_id for offer in offers])
    return [*invoices(customer, today), *answers, *coming]


def _answers(customer: "User", besides: list[int]) -> list[Attention]:
    """What staff wrote last in a ticket within a month, and the customer has not looked at since."""
    seen = TicketEvent.objects.filter(
        ticket=OuterRef("pk"), kind=TicketEvent.Kind.VIEWED, at__gte=OuterRef("answered_at")
    )
    answered = Ticket.objects.filter(
        ~Exists(seen), customer=customer, answered_at__gte=F("wrote_at"), answered_at__gt=timezone.now() - NEWS
    )
    answered = answered.exclude(pk__in=besides).select_related("subscription__plan__product")
    return [
        Attention(
            _("We answered “%(subject)s”") % {"subject": ticket.title},
            f"{ticket.number} · {day(timezone.localdate(ticket.answered_at))}",
            ticket.get_absolute_url(),
        )
        for ticket in answered.order_by("-answered_at")[:MOST]
    ]
