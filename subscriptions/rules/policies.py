"""May this happen now, and if not, why not? Reads attributes only (`docs/design.md`, Verdicts).

In this order: is it already so, does the product offer it to this person, does their role include it, is it possible now.
The same verdict draws the button, explains its absence, and guards the POST.
"""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from subscriptions.rules import refusals
from subscriptions.rules.actions import ACTIONS, is_possible
from subscriptions.rules.states import OK, Action, Code, Verdict

if TYPE_CHECKING:
    from portal_project.accounts.models import User
    from products.models import Plan
    from subscriptions.models import Subscription

UNCAPPED = "products.change_product"
"""Whoever has this sets the most that Support may give, and so is not bound by it."""


def may(
    action: Action, subscription: "Subscription", *, by: "User | None", today: date, offered: bool | None = None
) -> Verdict:
    """Whether `by` may do the action on the subscription, which must be caught up to `today`.

    `by` is the customer, a member of staff, or None for the job. `offered=True` stands for something that staff offered to
    this customer: then the product's switches and limits do not bind. A product's limit on pauses needs the annotation
    `own_pauses_in_year`.
    """
    record = ACTIONS[action]
    if record.is_done(subscription):
        return Verdict(Code.DONE, record.why_done(subscription))
    if offered is None:
        offered = not is_customer(by, subscription)
    if not offered and (reason := record.why_not_offered(subscription)):
        return Verdict(Code.NOT_OFFERED, reason)
    if by is not None and by != subscription.customer and not by.has_perm(record.right):
        return Verdict(Code.NOT_OFFERED, _("Your role does not include changing subscriptions."))
    if not is_possible(action, subscription):
        return Verdict(Code.NOT_NOW, record.why_not_now(subscription))
    if not offered and (reason := record.at_limit(subscription)):
        return Verdict(Code.NOT_NOW, reason)
    return OK


def may_resume_on(subscription: "Subscription", resumes_on: date | None, today: date) -> Verdict:
    """Whether setting this resume date, None for none, changes anything: `done` where the pause has it already.

    Without a date, a limited pause ends on its latest day.
    """
    _first, last = subscription.possible_resume_dates(today)
    if (resumes_on or last) == subscription.resumes_on:
        return Verdict(Code.DONE, refusals.already_resumes_then(subscription))
    return OK


def may_grant(subscription: "Subscription", percent: int, invoices: int, *, by: "User | None" = None) -> Verdict:
    """Whether this discount changes anything: `done` where the subscription has just this one.

    And whether `by` may give as much, who grants or offers it; None where it is accepted, for that was asked before.
    """
    if (subscription.discount_percent, subscription.discount_invoices_left) == (percent, invoices):
        return Verdict(Code.DONE, refusals.already_discounted(subscription))
    if by and not by.has_perm(UNCAPPED):
        reason = refusals.more_than_support_may_grant(subscription, percent, invoices)
        return Verdict(Code.NOT_OFFERED, reason) if reason else OK
    return OK


def may_change_to(subscription: "Subscription", plan: "Plan", *, own: bool = False) -> Verdict:
    """Whether the subscription can go over to the plan at the plan's present price; `done` where it has it, or is to.

    `own` is for a customer's choice: only among what is open to them, and their present plan is none, whatever it costs by now.
    """
    if subscription.goes_over_to(plan):
        return Verdict(Code.DONE, refusals.already_chosen(subscription))
    if subscription.is_on(plan) or (own and plan.pk == subscription.plan_id):
        code = Code.NOT_NOW if subscription.next_plan_id else Code.DONE
        return Verdict(code, refusals.already_on_plan(subscription))
    reason = refusals.not_open(subscription, plan) if own else refusals.no_such_plan(subscription, plan)
    return Verdict(Code.NOT_NOW, reason) if reason else OK


def may_change_price(subscription: "Subscription", amount: Decimal) -> Verdict:
    """Whether the subscription can go over to the amount: `done` where it costs that, or is to."""
    if subscription.new_amount == amount:
        return Verdict(Code.DONE, refusals.already_that_price(subscription))
    if subscription.amount != amount:
        return OK
    if subscription.new_amount is None:
        return Verdict(Code.DONE, refusals.already_that_price(subscription))
    return Verdict(Code.NOT_NOW, refusals.still_that_price(subscription))


def is_customer(by: "User | None", subscription: "Subscription") -> bool:
    """Whether the product's switches and limits bind this person: everybody but staff, and staff on their own contract."""
    return by is not None and (by == subscription.customer or not by.is_staff)


def may_start(plan: "Plan") -> Verdict:
    """Whether a new subscription may begin on this plan."""
    if plan.is_active and plan.product.is_active:
        return OK
    return Verdict(
        Code.NOT_NOW, _("%(plan)s takes no new subscriptions, because it is not active.") % {"plan": plan.full_name}
    )
