"""One record per action: its line of the table of states, and all else that it has one of (`docs/design.md`, States).

The policies, the pages of both doors and the forms read these records and keep no list of their own. A gap fails at import.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from subscriptions.rules import refusals
from subscriptions.rules.states import Action, Dated, Status

if TYPE_CHECKING:
    from subscriptions.models import Subscription

OPERATE = "subscriptions.operate_subscription"
REPRICE = "subscriptions.reprice_subscription"

Sentence = Callable[["Subscription"], str]
"""A refusal in words; empty where there is none."""


@dataclass(frozen=True)
class Button:
    label: str | Promise
    page: str
    """The name of the URL that confirms it; takes the subscription's number."""
    style: str = ""


@dataclass(frozen=True)
class Contact:
    """The support request that stands in for an action which the product does not offer."""

    ticket_type: str
    """Empty where none is made for it, so that the customer chooses."""
    label: str | Promise


def _none(_subscription: "Subscription") -> str:
    return ""


@dataclass(frozen=True)
class Record:
    """From which statuses an action is possible and to which it leads; when it is done; how it is offered and refused."""

    sources: frozenset[Status]
    targets: frozenset[Status]
    needs_end: bool = False
    """Only while an end is scheduled."""
    refuses_end: bool = False
    """Not while an end is scheduled."""
    needs_pause: bool = False
    """Only while paused or while a pause is scheduled."""
    needs_plan_change: bool = False
    """Only while another plan is chosen."""
    refuses_plan_change: bool = False
    """Not while another plan is chosen."""
    needs_price_change: bool = False
    """Only while another price is to come."""
    right: str = OPERATE
    """What staff need to do it."""
    by_date: bool = False
    """Brought by a date alone: nobody asks for it."""
    is_done: Callable[[Dated], bool] = lambda subscription: False
    """Whether what it would bring about is already so: no refusal then, and no second effect."""
    why_done: Sentence = refusals.ended_or_running
    why_not_offered: Sentence = _none
    """By the product's switches, or because staff alone do it; for customers."""
    why_not_now: Sentence = refusals.not_now
    at_limit: Sentence = _none
    """By what binds customers alone and beyond the switches, such as the product's limits."""
    button: Button | None = None
    contact: Contact | None = None
    in_admin: str | Promise = ""
    """What staff read on its button; empty where they have none."""


TRIALING, ACTIVE, PAUSED = frozenset({Status.TRIALING}), frozenset({Status.ACTIVE}), frozenset({Status.PAUSED})
CANCELED = frozenset({Status.CANCELED})
NOT_ENDED = TRIALING | ACTIVE | PAUSED
CANCEL_BUTTON = Button(_("Cancel Subscription"), "cancel_subscription", "danger")
CANCEL_CONTACT = Contact("cancel", _("Contact us to cancel"))
PLAN_CONTACT = Contact("", _("Contact us about the plan"))

ACTIONS: dict[Action, Record] = {
    Action.START: Record(frozenset(), TRIALING | ACTIVE),
    # At once it leads to PAUSED; at the end of the billed period it leaves ACTIVE with `pauses_on`.
    Action.PAUSE: Record(
        ACTIVE,
        PAUSED | ACTIVE,
        refuses_end=True,
        is_done=lambda s: s.status == Status.PAUSED or s.pauses_on is not None,
        why_done=refusals.already_paused,
        why_not_offered=refusals.no_pausing,
        why_not_now=refusals.no_pause_now,
        at_limit=refusals.paused_often_enough,
        button=Button(_("Pause Subscription"), "subscriptions:pause"),
        contact=Contact("pause", _("Contact us to pause")),
        in_admin=_("Pause"),
    ),
    Action.DROP_PAUSE: Record(
        ACTIVE,
        ACTIVE,
        needs_pause=True,
        is_done=lambda s: s.status == Status.ACTIVE and s.pauses_on is None,
        button=Button(_("Drop the scheduled pause"), "subscriptions:drop_pause"),
        in_admin=_("Drop scheduled pause"),
    ),
    Action.CHANGE_RESUME_DATE: Record(
        ACTIVE | PAUSED,
        ACTIVE | PAUSED,
        needs_pause=True,
        refuses_end=True,
        button=Button(_("Change the resume date"), "subscriptions:resume_date"),
        in_admin=_("Change resume date"),
    ),
    Action.RESUME: Record(
        PAUSED,
        ACTIVE,
        refuses_end=True,
        is_done=lambda s: s.status == Status.ACTIVE,
        button=Button(_("Resume Subscription"), "subscriptions:resume", "primary"),
        in_admin=_("Resume"),
    ),
    Action.SCHEDULE_CANCELLATION: Record(
        NOT_ENDED,
        NOT_ENDED,
        refuses_end=True,
        is_done=lambda s: s.status == Status.CANCELED or s.cancels_on is not None,
        why_done=refusals.ended_or_ends,
        why_not_offered=refusals.no_request,
        button=CANCEL_BUTTON,
        contact=CANCEL_CONTACT,
        in_admin=_("Request cancellation"),
    ),
    Action.WITHDRAW_CANCELLATION: Record(
        NOT_ENDED,
        NOT_ENDED,
        needs_end=True,
        is_done=lambda s: s.status != Status.CANCELED and s.cancels_on is None,
        why_done=refusals.no_end_is_scheduled,
        button=Button(_("Withdraw cancellation"), "withdraw_cancellation", "primary"),
        in_admin=_("Withdraw cancellation"),
    ),
    Action.CANCEL: Record(
        NOT_ENDED,
        CANCELED,
        is_done=lambda s: s.status == Status.CANCELED,
        why_not_offered=refusals.no_end_at_once,
        button=CANCEL_BUTTON,
        contact=CANCEL_CONTACT,
        in_admin=_("Cancel now"),
    ),
    Action.GRANT_DISCOUNT: Record(
        NOT_ENDED, NOT_ENDED, why_not_offered=refusals.by_staff_alone, in_admin=_("Grant a discount")
    ),
    Action.CHANGE_PLAN: Record(
        NOT_ENDED,
        NOT_ENDED,
        why_not_offered=refusals.no_plan_change_offered,
        at_limit=refusals.no_plan_to_choose,
        button=Button(_("Change plan"), "subscriptions:plan"),
        contact=PLAN_CONTACT,
        in_admin=_("Change plan"),
    ),
    Action.DROP_PLAN_CHANGE: Record(
        NOT_ENDED,
        NOT_ENDED,
        needs_plan_change=True,
        is_done=lambda s: s.status != Status.CANCELED and s.next_plan_id is None,
        why_done=refusals.no_plan_change,
        why_not_offered=refusals.plan_change_by_staff,
        at_limit=refusals.ends_first,
        button=Button(_("Drop the plan change"), "subscriptions:drop_plan_change"),
        contact=PLAN_CONTACT,
        in_admin=_("Drop the plan change"),
    ),
    Action.CHANGE_PRICE: Record(
        NOT_ENDED,
        NOT_ENDED,
        refuses_end=True,
        refuses_plan_change=True,
        right=REPRICE,
        why_not_offered=refusals.by_staff_alone,
        why_not_now=refusals.no_price_change_now,
        in_admin=_("Change price"),
    ),
    Action.DROP_PRICE_CHANGE: Record(
        NOT_ENDED,
        NOT_ENDED,
        needs_price_change=True,
        right=REPRICE,
        is_done=lambda s: s.status != Status.CANCELED and s.new_amount is None,
        why_done=refusals.no_price_change,
        why_not_offered=refusals.by_staff_alone,
        in_admin=_("Drop the price change"),
    ),
    Action.START_PAUSE: Record(ACTIVE, PAUSED, needs_pause=True, refuses_end=True, by_date=True),
    Action.CONVERT_TRIAL: Record(TRIALING, ACTIVE, by_date=True),
    Action.RENEW: Record(ACTIVE, ACTIVE, by_date=True),
}

CONTACT_TYPES = {record.contact.ticket_type for record in ACTIONS.values() if record.contact} - {""}

for _action in Action:
    if _action not in ACTIONS:
        raise ImportError(f"{_action} has no record")
    _record = ACTIONS[_action]
    if _record.button and _record.why_not_offered is not _none and not _record.contact:
        raise ImportError(f"a product may not offer {_action}, but its record names no way to ask for it")


def is_possible(action: Action, subscription: Dated) -> bool:
    """Whether the table allows the action in the subscription's present status and dates."""
    record = ACTIONS[action]
    return (
        subscription.status in record.sources
        and not (record.needs_end and subscription.cancels_on is None)
        and not (record.refuses_end and subscription.cancels_on is not None)
        and not (record.needs_pause and subscription.paused_on is None and subscription.pauses_on is None)
        and not (record.needs_plan_change and subscription.next_plan_id is None)
        and not (record.refuses_plan_change and subscription.next_plan_id is not None)
        and not (record.needs_price_change and subscription.new_amount is None)
    )
