"""A merchant's alternatives to canceling: which fit whom, who is in the comparison group, and what is kept of it.

Everything asks `may_take`: what the cancel page shows, the page that accepts, and its POST (`docs/design.md`, Alternatives).
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from portal_project.accounts.models import Merchant
from products.models import Alternative, CancellationReason, OfferKind
from subscriptions.models import Subscription
from subscriptions.rules.dates_in_words import day
from subscriptions.rules.offers import in_words, may_accept
from subscriptions.rules.policies import may
from subscriptions.rules.states import OK, Action, Code, Verdict
from support.models import AcceptedAlternative, AlternativeShowing

if TYPE_CHECKING:
    from portal_project.accounts.models import User

logger = logging.getLogger(__name__)
WITHOUT_A_REASON = 0
# For so many the style sheet reveals what stands beside them.
PLACES = 20


@dataclass(frozen=True)
class Candidate:
    """One that fits, and beside which reasons of the page it is the first that does: their places, counted from 1."""

    alternative: Alternative
    places: tuple[int, ...]

    @property
    def offered(self) -> str:
        return in_words(self.alternative)

    @property
    def beside(self) -> str:
        """The places, for the style sheet, which shows it beside what is chosen."""
        return " ".join(map(str, self.places))

    @property
    def is_talk(self) -> bool:
        return self.alternative.kind == OfferKind.TALK


def may_take(alternative: Alternative, subscription: Subscription, *, by: "User", today: date) -> Verdict:
    """Whether the customer may take it now, in the place of a request to cancel that they could make."""
    acceptable = _may_accept(alternative, subscription, by=by, today=today)
    if acceptable.code == Code.DONE:
        return acceptable
    if not (asked := may(Action.SCHEDULE_CANCELLATION, subscription, by=by, today=today)):
        return asked
    if not _is_for(alternative, subscription, today) or is_compared(subscription.customer_id):
        return Verdict(Code.NOT_OFFERED, _("This is not offered for your subscription."))
    return acceptable and rested(subscription, today)


def rested(subscription: Subscription, today: date) -> Verdict:
    """Whether the customer has taken no alternative for as long as the merchant says."""
    months = Merchant.recent().alternative_rest_months
    taken = AcceptedAlternative.objects.filter(customer=subscription.customer_id)
    last = taken.filter(accepted_on__gt=today - relativedelta(months=months)).first()
    if last is None:
        return OK
    text = _("You accepted “%(offered)s” on %(day)s, so nothing more is offered yet.")
    return Verdict(Code.NOT_NOW, text % {"offered": last.offered, "day": day(last.accepted_on)})


def candidates(
    subscription: Subscription, reasons: Iterable[CancellationReason], *, by: "User", today: date
) -> list[Candidate]:
    """What fits, in the merchant's order, whether or not it is withheld; none twice, and none that no reason leads to.

    The subscription is caught up to `today` and may be asked to be canceled.
    """
    found = Alternative.objects.filter(product=subscription.plan.product_id, is_active=True)
    found = found.select_related("plan__product").prefetch_related("plans", "reasons").order_by("position", "pk")
    fitting = [each for each in found if _fits(each, subscription, by=by, today=today)]
    if not fitting or not rested(subscription, today):
        return []
    first = {place: _first_for(reason, fitting) for place, reason in enumerate(reasons, start=1) if place <= PLACES}
    first[WITHOUT_A_REASON] = _first_for(None, fitting)
    placed = [(each, tuple(sorted(place for place in first if first[place] == each))) for each in fitting]
    return [Candidate(each, places) for each, places in placed if places]


def is_compared(customer: int) -> bool:
    """Whether the customer is in the comparison group; whoever is stays in it when the group grows."""
    share = int.from_bytes(sha256(f"comparison group {customer}".encode()).digest()[:8]) % 100
    return share < Merchant.recent().comparison_percent


def note_showing(subscription: Subscription, fitting: list[Candidate], today: date) -> None:
    """Keep that somebody for whom these fitted opened the cancel page; the first time of a day counts.

    The one thing that a GET writes. It never fails the page.
    """
    if not fitting:
        return
    row = AlternativeShowing(
        subscription=subscription,
        day=today,
        alternative=fitting[0].alternative,
        customer_id=subscription.customer_id,
        shown=not is_compared(subscription.customer_id),
    )
    try:
        with transaction.atomic():
            AlternativeShowing.objects.bulk_create([row], ignore_conflicts=True)
    except DatabaseError:
        logger.exception("A showing of an alternative was not kept.")


def _fits(alternative: Alternative, subscription: Subscription, *, by: "User", today: date) -> bool:
    acceptable = _may_accept(alternative, subscription, by=by, today=today)
    return bool(acceptable) and _is_for(alternative, subscription, today)


def _may_accept(alternative: Alternative, subscription: Subscription, *, by: "User", today: date) -> Verdict:
    """As `may_accept`, and a pause has to be worth something."""
    verdict = may_accept(alternative, subscription, by=by, today=today, limited=True)
    longest = alternative.pause_days or subscription.plan.product.max_pause_days
    if verdict and alternative.kind == OfferKind.PAUSE and longest:
        ends_on = subscription.pause_would_start(today) + timedelta(days=longest)
        if ends_on < subscription.first_resume_that_saves(today):
            return Verdict(Code.NOT_NOW, _("This pause would end before the billed days do, so it would save nothing."))
    return verdict


def _is_for(alternative: Alternative, subscription: Subscription, today: date) -> bool:
    """Whether the merchant meant it for this subscription."""
    plans = {plan.pk for plan in alternative.plans.all()}
    return (
        alternative.is_active
        and alternative.product_id == subscription.plan.product_id
        and (not plans or subscription.plan_id in plans)
        and subscription.started_on + relativedelta(months=alternative.from_months) <= today
    )


def _first_for(reason: CancellationReason | None, fitting: list[Alternative]) -> Alternative | None:
    """Without a reason, the first for which no reason matters."""
    for each in fitting:
        reasons = {one.pk for one in each.reasons.all()}
        if not reasons or (reason and reason.pk in reasons):
            return each
    return None
