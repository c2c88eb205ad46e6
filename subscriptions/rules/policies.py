"""May this happen now, and if not, why not? Reads attributes only (`docs/design.md`, Verdicts).

Three questions, in this order after "is it already so?": does the product offer it to this person, and is it possible now.
The same verdict draws the button, explains its absence, and guards the POST.
"""

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from products.models import CancellationMode
from subscriptions.rules.dates_in_words import day
from subscriptions.rules.states import OK, Action, Code, Status, Verdict, is_done, is_possible

if TYPE_CHECKING:
    from portal_project.accounts.models import User
    from products.models import Plan
    from subscriptions.models import Subscription

OPERATE = "subscriptions.operate_subscription"


def may(
    action: Action, subscription: "Subscription", *, by: "User | None", today: date, offered: bool | None = None
) -> Verdict:
    """Whether `by` may do the action on the subscription, which must be caught up to `today`.

    `by` is the customer, a member of staff, or None for the job. `offered=True` stands for something that staff offered to
    this customer: then the product's switches and limits do not bind. A product's limit on pauses needs the annotation
    `own_pauses_in_year`.
    """
    if is_done(action, subscription):
        return Verdict(Code.DONE, _done_reason(action, subscription))
    if offered is None:
        offered = not is_customer(by, subscription)
    if not offered and (reason := _not_offered(action, subscription)):
        return Verdict(Code.NOT_OFFERED, reason)
    if by is not None and by != subscription.customer and not by.has_perm(OPERATE):
        return Verdict(Code.NOT_OFFERED, _("Your role does not include changing subscriptions."))
    if not is_possible(action, subscription):
        return Verdict(Code.NOT_NOW, _not_now(action, subscription))
    if not offered and action == Action.PAUSE and (reason := _pause_limit(subscription)):
        return Verdict(Code.NOT_NOW, reason)
    return OK


def is_customer(by: "User | None", subscription: "Subscription") -> bool:
    """Whether the product's switches and limits bind this person: everybody but staff, and staff on their own contract."""
    return by is not None and (by == subscription.customer or not by.is_staff)


def cancel_action(subscription: "Subscription") -> Action:
    """What canceling means for a customer of this product: a request, or the end at once."""
    immediate = subscription.product.cancellation_mode == CancellationMode.IMMEDIATE
    return Action.CANCEL if immediate else Action.SCHEDULE_CANCELLATION


def _not_offered(action: Action, subscription: "Subscription") -> str:
    product = subscription.product
    if action == Action.PAUSE and not product.allow_pause:
        return _("Pausing is not offered here for %(product)s.") % {"product": product}
    if action in (Action.CANCEL, Action.SCHEDULE_CANCELLATION):
        if not product.allow_cancel:
            return _("Canceling is not offered here for %(product)s.") % {"product": product}
        if action != cancel_action(subscription):
            return _("The way to cancel %(product)s has changed. Open the page again.") % {"product": product}
        if subscription.cancels_on:
            return _ends_on(subscription)
    return ""


def _not_now(action: Action, subscription: "Subscription") -> str:
    if subscription.status == Status.CANCELED:
        return _("This subscription ended on %(date)s.") % {"date": day(subscription.canceled_on)}
    if subscription.cancels_on and action == Action.PAUSE:
        return _("This subscription ends on %(date)s, so it can no longer be paused.") % {
            "date": day(subscription.cancels_on)
        }
    if subscription.cancels_on:
        return _("%(ends)s Withdraw the cancellation first.") % {"ends": _ends_on(subscription)}
    if subscription.status == Status.TRIALING and action == Action.PAUSE:
        return _("A trial cannot be paused. It ends on %(date)s.") % {"date": day(subscription.period_end)}
    if subscription.status == Status.TRIALING:
        return _("This is not possible during the trial, which ends on %(date)s.") % {
            "date": day(subscription.period_end)
        }
    if subscription.status == Status.PAUSED:
        return _("This is not possible while the subscription is paused.")
    return _("This is not possible while the subscription is running.")


def _done_reason(action: Action, subscription: "Subscription") -> str:
    if subscription.status == Status.CANCELED:
        return _("This subscription ended on %(date)s.") % {"date": day(subscription.canceled_on)}
    if action == Action.SCHEDULE_CANCELLATION:
        return _ends_on(subscription)
    if action == Action.PAUSE and subscription.pauses_on:
        return _("This subscription already pauses on %(date)s.") % {"date": day(subscription.pauses_on)}
    if action == Action.PAUSE:
        return _("This subscription is already paused.")
    if action == Action.WITHDRAW_CANCELLATION:
        return _("No cancellation is scheduled for this subscription.")
    return _("This subscription is already running.")


def _pause_limit(subscription: "Subscription") -> str:
    limit = subscription.product.max_pauses_per_year
    if limit is None or subscription.own_pauses_in_year < limit:
        return ""
    return ngettext(
        "%(product)s can be paused once in 12 months, and you have done so.",
        "%(product)s can be paused %(count)d times in 12 months, and you have done so.",
        limit,
    ) % {"product": subscription.product, "count": limit}


def _ends_on(subscription: "Subscription") -> str:
    return _("This subscription ends on %(date)s.") % {"date": day(subscription.cancels_on)}


def may_start(plan: "Plan") -> Verdict:
    """Whether a new subscription may begin on this plan."""
    if plan.is_active and plan.product.is_active:
        return OK
    return Verdict(Code.NOT_NOW, _("%(plan)s takes no new subscriptions, because it is not active.") % {"plan": plan})
