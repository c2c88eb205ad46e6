"""What a customer is offered instead of leaving: whether it can be accepted now, and what it is, in words.

Pure, like the other rules. `terms` is whatever has the fields of `OfferTerms` (`docs/design.md`, Offers).
"""

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy, ngettext_lazy

from portal_project.common.facts import Fact, sentences, told
from products.models import OfferKind
from subscriptions.rules import policies, refusals
from subscriptions.rules.states import OK, Action, Code, Verdict

if TYPE_CHECKING:
    from portal_project.accounts.models import User
    from products.models import OfferTerms
    from subscriptions.models import Subscription

sentences(
    pause_of_days=ngettext_lazy("A pause of %(count)d day", "A pause of %(count)d days", "count"),
    pause_until_chosen=gettext_lazy("A pause until a day that you choose"),
    discount=ngettext_lazy(
        "%(percent)d %% off the next invoice", "%(percent)d %% off the next %(count)d invoices", "count"
    ),
    plan_at_price=gettext_lazy("%(plan)s, %(price)s"),
)

# A talk is none: it leads to a support request and leaves the subscription as it is.
ACTION_OF = {
    OfferKind.PAUSE: Action.PAUSE,
    OfferKind.DISCOUNT: Action.GRANT_DISCOUNT,
    OfferKind.PLAN: Action.CHANGE_PLAN,
}


def may_accept(terms: "OfferTerms", subscription: "Subscription", *, by: "User", today: date, limited: bool) -> Verdict:
    """Whether `by` may accept the terms for the subscription, which is caught up to `today` and has no scheduled end.

    No switch binds. `limited` is for a merchant's alternatives, which everybody gets: the limits on a customer's own pauses
    bind them (with the annotation `own_pauses_in_year`), and there is no discount on top of another.
    """
    kind = OfferKind(terms.kind)
    if kind == OfferKind.TALK:
        return OK
    verdict = policies.may(ACTION_OF[kind], subscription, by=by, today=today, offered=True)
    if verdict and kind == OfferKind.DISCOUNT:
        verdict = policies.may_grant(subscription, terms.percent or 0, terms.invoices or 0)
    if verdict and terms.plan and kind == OfferKind.PLAN:
        verdict = policies.may_change_to(subscription, terms.plan)
    if verdict and limited and (reason := _beyond_limits(kind, terms, subscription)):
        return Verdict(Code.NOT_NOW, reason)
    return verdict


def may_offer(terms: "OfferTerms", subscription: "Subscription", *, by: "User", today: date) -> Verdict:
    """Whether `by`, one of staff, may offer the terms to the customer, who could accept them today."""
    verdict = may_accept(terms, subscription, by=subscription.customer, today=today, limited=False)
    if verdict and terms.kind == OfferKind.DISCOUNT:
        return policies.may_grant(subscription, terms.percent or 0, terms.invoices or 0, by=by)
    if verdict and terms.kind == OfferKind.PAUSE and not by.has_perm(policies.UNCAPPED):
        reason = refusals.longer_than_support_may_offer(subscription, terms.pause_days)
        return Verdict(Code.NOT_OFFERED, reason) if reason else OK
    return verdict


def _beyond_limits(kind: OfferKind, terms: "OfferTerms", subscription: "Subscription") -> str:
    if kind == OfferKind.PAUSE:
        too_long = refusals.longer_than_a_pause_may_be(subscription, terms.pause_days)
        return refusals.paused_often_enough(subscription) or too_long
    if kind == OfferKind.DISCOUNT and subscription.discount_invoices_left:
        return refusals.already_discounted(subscription)
    return ""


def offered(terms: "OfferTerms") -> Fact | None:
    """What is offered, such as "20 % off the next 3 invoices"; None for a talk, which has a text of its own."""
    match OfferKind(terms.kind):
        case OfferKind.PAUSE if terms.pause_days:
            return told("pause_of_days", count=terms.pause_days)
        case OfferKind.PAUSE:
            return told("pause_until_chosen")
        case OfferKind.DISCOUNT:
            return told("discount", percent=terms.percent, count=terms.invoices)
        case OfferKind.PLAN if terms.plan:
            return told("plan_at_price", plan=terms.plan.shown_name, price=terms.plan.price_fact)
    return None


def in_words(terms: "OfferTerms") -> str:
    """The same as text; empty for a talk."""
    return str(offered(terms) or "")
