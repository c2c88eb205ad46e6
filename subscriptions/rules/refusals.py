"""Why an action is done already, not offered, or not possible now: the sentences, and the switches that they tell of."""

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from products.models import CancellationMode
from subscriptions.rules.dates_in_words import day
from subscriptions.rules.states import Action, Status

if TYPE_CHECKING:
    from products.models import Plan
    from subscriptions.models import Subscription


def cancel_action(subscription: "Subscription") -> Action:
    """What canceling means for a customer of this product: a request, or the end at once."""
    immediate = subscription.plan.product.cancellation_mode == CancellationMode.IMMEDIATE
    return Action.CANCEL if immediate else Action.SCHEDULE_CANCELLATION


def no_pausing(subscription: "Subscription") -> str:
    product = subscription.plan.product
    return (
        ""
        if product.allow_pause
        else _("Pausing is not offered here for %(product)s.") % {"product": product.shown_name}
    )


def no_request(subscription: "Subscription") -> str:
    return _no_canceling(subscription, Action.SCHEDULE_CANCELLATION)


def no_end_at_once(subscription: "Subscription") -> str:
    return _no_canceling(subscription, Action.CANCEL)


def _no_canceling(subscription: "Subscription", action: Action) -> str:
    product = subscription.plan.product
    if not product.allow_cancel:
        return _("Canceling is not offered here for %(product)s.") % {"product": product.shown_name}
    if action != cancel_action(subscription):
        return _("The way to cancel %(product)s has changed. Open the page again.") % {"product": product.shown_name}
    return _ends(subscription) if subscription.cancels_on else ""


def by_staff_alone(_subscription: "Subscription") -> str:
    return _("This is agreed with our staff, who then do it for you.")


def no_plan_change_offered(subscription: "Subscription") -> str:
    product = subscription.plan.product
    if product.allow_plan_change:
        return ""
    return _("Changing the plan is not offered here for %(product)s.") % {"product": product.shown_name}


def plan_change_by_staff(subscription: "Subscription") -> str:
    """Empty where the customer chose it, or may choose another in its place."""
    if subscription.next_plan_is_own or subscription.plan.product.allow_plan_change:
        return ""
    return _("This change of plan is agreed with our staff.")


def ends_first(subscription: "Subscription") -> str:
    """For what customers do not do while an end is scheduled, though staff may."""
    return not_now(subscription) if subscription.cancels_on else ""


def no_plan_to_choose(subscription: "Subscription") -> str:
    """For customers: while an end is scheduled, and where no other plan is open to them."""
    if subscription.open_plans is None or subscription.cancels_on:
        return ends_first(subscription)
    taken = {
        plan.pk
        for plan in (subscription.plan, subscription.next_plan)
        if plan and not not_open(subscription, plan) and has_chosen(subscription, plan)
    }
    if len(taken) < subscription.open_plans:
        return ""
    return _("%(product)s has no other plan that you can change to.") % {
        "product": subscription.plan.product.shown_name
    }


def has_chosen(subscription: "Subscription", plan: "Plan") -> bool:
    """Whether a customer has the plan, at whatever price, or is to have it at its present one."""
    return plan.pk == subscription.plan_id or subscription.goes_over_to(plan)


def paused_often_enough(subscription: "Subscription") -> str:
    limit = subscription.plan.product.max_pauses_per_year
    if limit is None or subscription.own_pauses_in_year < limit:
        return ""
    return ngettext(
        "%(product)s can be paused once in 12 months, and you have done so.",
        "%(product)s can be paused %(count)d times in 12 months, and you have done so.",
        limit,
    ) % {"product": subscription.plan.product.shown_name, "count": limit}


def longer_than_a_pause_may_be(subscription: "Subscription", days: int | None) -> str:
    """For a pause of so many days, None for as many as are chosen; empty where the product allows it."""
    longest = subscription.plan.product.max_pause_days
    if longest is None or days is None or days <= longest:
        return ""
    return ngettext(
        "%(product)s can be paused for a day at most.", "%(product)s can be paused for %(count)d days at most.", longest
    ) % {"product": subscription.plan.product.shown_name, "count": longest}


def more_than_support_may_grant(subscription: "Subscription", percent: int, invoices: int) -> str:
    """For a discount beyond what the merchant lets Support give; empty where it is not."""
    product = subscription.plan.product
    values = {
        "product": product.shown_name,
        "percent": product.support_max_percent,
        "count": product.support_max_invoices,
    }
    if product.support_max_percent is not None and percent > product.support_max_percent:
        return _("Support may give at most %(percent)d %% off %(product)s; more takes a merchant.") % values
    if product.support_max_invoices is not None and invoices > product.support_max_invoices:
        return (
            ngettext(
                "Support may discount one invoice for %(product)s; more takes a merchant.",
                "Support may discount at most %(count)d invoices for %(product)s; more takes a merchant.",
                product.support_max_invoices,
            )
            % values
        )
    return ""


def longer_than_support_may_offer(subscription: "Subscription", days: int | None) -> str:
    """For a pause of so many days, None for as many as the customer likes; empty where Support may offer it."""
    product = subscription.plan.product
    longest = product.support_max_pause_days
    if longest is None or (days and days <= longest):
        return ""
    return ngettext(
        "Support may offer a pause of one day for %(product)s; more takes a merchant.",
        "Support may offer a pause of at most %(count)d days for %(product)s; more takes a merchant.",
        longest,
    ) % {"product": product.shown_name, "count": longest}


def no_pause_now(subscription: "Subscription") -> str:
    if subscription.cancels_on:
        return _("This subscription ends on %(date)s, so it can no longer be paused.") % {
            "date": day(subscription.cancels_on)
        }
    if subscription.status == Status.TRIALING:
        return _("A trial cannot be paused. It ends on %(date)s.") % {"date": day(subscription.period_end)}
    return not_now(subscription)


def not_now(subscription: "Subscription") -> str:
    if subscription.status == Status.CANCELED:
        return _ended(subscription)
    if subscription.cancels_on:
        return _("%(ends)s Withdraw the cancellation first.") % {"ends": _ends(subscription)}
    if subscription.status == Status.TRIALING:
        return _("This is not possible during the trial, which ends on %(date)s.") % {
            "date": day(subscription.period_end)
        }
    if subscription.status == Status.PAUSED:
        return _("This is not possible while the subscription is paused.")
    return _("This is not possible while the subscription is running.")


def already_paused(subscription: "Subscription") -> str:
    if subscription.pauses_on:
        return _("This subscription already pauses on %(date)s.") % {"date": day(subscription.pauses_on)}
    return _("This subscription is already paused.")


def already_resumes_then(subscription: "Subscription") -> str:
    if subscription.resumes_on:
        return _("This pause already ends on %(date)s.") % {"date": day(subscription.resumes_on)}
    return _("This pause already has no date on which it ends.")


def no_such_resume_date(first: date, last: date | None) -> str:
    """For a resume date that is too early or too late: the days on which the pause can end."""
    if last:
        return _("The pause can end from %(first)s to %(last)s.") % {"first": day(first), "last": day(last)}
    return _("The pause can end on %(first)s at the earliest, and within ten years.") % {"first": day(first)}


def ended_or_running(subscription: "Subscription") -> str:
    if subscription.status == Status.CANCELED:
        return _ended(subscription)
    return _("This subscription is already running.")


def ended_or_ends(subscription: "Subscription") -> str:
    return _ended(subscription) if subscription.status == Status.CANCELED else _ends(subscription)


def no_end_is_scheduled(_subscription: "Subscription") -> str:
    return _("No cancellation is scheduled for this subscription.")


def already_discounted(subscription: "Subscription") -> str:
    return ngettext(
        "This subscription already has %(percent)d %% off its next invoice.",
        "This subscription already has %(percent)d %% off its next %(count)d invoices.",
        subscription.discount_invoices_left,
    ) % {"percent": subscription.discount_percent, "count": subscription.discount_invoices_left}


def already_chosen(subscription: "Subscription") -> str:
    plan = subscription.next_plan
    return _("This subscription already changes to %(plan)s.") % {"plan": plan and plan.full_name}


def already_on_plan(subscription: "Subscription") -> str:
    if subscription.next_plan_id:
        text = _("This subscription is still on %(plan)s. Drop the plan change, and it stays there.")
    else:
        text = _("This subscription is on %(plan)s already.")
    return text % {"plan": subscription.plan.full_name}


def no_plan_change(subscription: "Subscription") -> str:
    return _("No plan change is to come: this subscription is on %(plan)s.") % {"plan": subscription.plan.full_name}


def no_price_change_now(subscription: "Subscription") -> str:
    """For who is leaving or has left, and while another plan is to come with a price of its own."""
    if subscription.status != Status.CANCELED and not subscription.cancels_on and subscription.next_plan:
        text = _("This subscription changes to %(plan)s. Drop the plan change first.")
        return text % {"plan": subscription.next_plan.full_name}
    return not_now(subscription)


def already_that_price(subscription: "Subscription") -> str:
    if subscription.new_price:
        return _("This subscription already changes to that price, %(price)s.") % {"price": subscription.new_price}
    return _("This subscription costs %(price)s already.") % {"price": subscription.price}


def still_that_price(subscription: "Subscription") -> str:
    text = _("This subscription still costs %(price)s. Drop the price change, and it stays so.")
    return text % {"price": subscription.price}


def no_price_change(subscription: "Subscription") -> str:
    return _("No price change is to come: this subscription costs %(price)s.") % {"price": subscription.price}


def no_such_plan(subscription: "Subscription", plan: "Plan") -> str:
    """Why the subscription cannot go over to the plan; empty where it can."""
    values = {
        "plan": plan.full_name,
        "currency": subscription.currency,
        "product": subscription.plan.product.shown_name,
    }
    if not plan.is_active:
        return _("%(plan)s is not active, so nobody can change to it.") % values
    if plan.product_id != subscription.plan.product_id:
        return _("%(plan)s is not a plan of %(product)s.") % values
    if plan.currency != subscription.currency:
        return _("%(plan)s is not in %(currency)s, the currency of this subscription.") % values
    return ""


def not_open(subscription: "Subscription", plan: "Plan") -> str:
    """As `no_such_plan`, for customers, who choose among the plans that are open to them."""
    if not plan.is_open_to_change:
        return _("You cannot change to this plan by yourself. Choose another one.")
    return no_such_plan(subscription, plan)


def _ended(subscription: "Subscription") -> str:
    return _("This subscription ended on %(date)s.") % {"date": day(subscription.canceled_on)}


def _ends(subscription: "Subscription") -> str:
    return _("This subscription ends on %(date)s.") % {"date": day(subscription.cancels_on)}
