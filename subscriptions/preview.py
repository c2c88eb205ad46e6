"""What will happen: any action tried on a copy, by the functions that do the real thing (`design.md`, sections 4 and 6).

The effect that a page announced travels in its form, signed; when the action comes, the same effect must still hold.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core import signing
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products import money
from products.models import ResumeRule
from subscriptions.models import Subscription
from subscriptions.states import Action, next_step
from subscriptions.steps import catch_up, take
from subscriptions.wording import day

SALT = "subscriptions.preview"
BILLS = 3

Act = Callable[[Subscription], None]


@dataclass(frozen=True)
class Bill:
    """One invoice to come (or made at once): on which day, for the days `[covers_from, covers_to)`."""

    on: date
    covers_from: date
    covers_to: date
    amount: Decimal
    currency: str

    @property
    def total(self) -> str:
        return money.formatted(self.amount, self.currency)


@dataclass(frozen=True)
class Effect:
    """What an action leads to: the dates right after it, what is billed at once, and the bills that follow."""

    action: str
    status: str
    resume_rule: str
    dates: dict[str, date | None]
    now: tuple[Bill, ...]
    bills: tuple[Bill, ...]

    def signed(self, subscription: Subscription) -> str:
        """For the form's hidden field; good for this subscription alone."""
        return signing.dumps(_plain(self), salt=f"{SALT}:{subscription.number}", compress=True)

    def was_announced(self, announced: str, subscription: Subscription) -> bool:
        """Whether the form's hidden field announced exactly this."""
        return _announced(announced, subscription) == _plain(self)

    def differences(self, announced: str, subscription: Subscription) -> list[str]:
        """What is no longer as the form's hidden field announced it, in sentences; empty for a field that is not ours."""
        was, now = _announced(announced, subscription), _plain(self)
        if was is None:
            return []
        lines = [
            _change(label, _day(was["dates"].get(name)), _day(now["dates"][name])) for name, label in LABELS.items()
        ]
        lines.append(_change(_("When it resumes"), _rule(was.get("resume_rule")), _rule(now["resume_rule"])))
        lines.append(_change(_("Billed at once"), _totals(was["now"]), _totals(now["now"])))
        lines.append(_change(_("Next bills"), _totals(was["bills"]), _totals(now["bills"])))
        if was["action"] != now["action"]:
            at_once = _("Canceling now takes effect at once.")
            lines.insert(0, at_once if self.action == Action.CANCEL else _("Canceling now has a notice period."))
        return [line for line in lines if line]


class EffectChanged(Exception):
    """What would happen now is not what the form had announced."""


LABELS = {
    "period_end": gettext_lazy("Billed until"),
    "paused_on": gettext_lazy("Paused on"),
    "pauses_on": gettext_lazy("Pauses on"),
    "resumes_on": gettext_lazy("Resumes on"),
    "cancels_on": gettext_lazy("Ends on"),
    "canceled_on": gettext_lazy("Ended on"),
}


def effect_of(action: Action, act: Act, subscription: Subscription, today: date) -> Effect:
    """Try `act` on a copy of a subscription that is caught up to `today`. Raises what `act` raises."""
    draft = subscription.draft()
    act(draft)
    catch_up(draft, today)
    dates = {name: getattr(draft, name) for name in LABELS}
    status, now = draft.status, _bills(draft)
    return Effect(str(action), str(status), draft.pause_resume_rule, dates, now, upcoming(draft, today))


def enforce(announced: str, action: Action, act: Act, subscription: Subscription, today: date) -> None:
    """Raises `EffectChanged` unless the form announced just what `act` would do now."""
    if not effect_of(action, act, subscription, today).was_announced(announced, subscription):
        raise EffectChanged


def upcoming(subscription: Subscription, today: date, count: int = BILLS) -> tuple[Bill, ...]:
    """The next bills of a subscription that is caught up to `today`, as things stand."""
    draft = subscription.draft()
    while len(draft.new_invoices) < count and (step := next_step(draft)):
        take(draft, *step, today=max(step[0], today))
    return _bills(draft)


def _bills(draft: Subscription) -> tuple[Bill, ...]:
    return tuple(
        Bill(invoice.issued_on, invoice.covers_from, invoice.covers_to, invoice.amount, invoice.currency)
        for invoice in draft.new_invoices
    )


def _plain(effect: Effect) -> dict[str, Any]:
    """As JSON holds it."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [plain(inner) for inner in value]
        return value if value is None else str(value)

    return plain(asdict(effect))


def _announced(announced: str, subscription: Subscription) -> dict[str, Any] | None:
    try:
        return signing.loads(announced, salt=f"{SALT}:{subscription.number}")
    except signing.BadSignature:
        return None


def _change(label: str | Promise, was: str, now: str) -> str:
    if was == now:
        return ""
    return _("%(label)s: %(now)s (before: %(was)s).") % {
        "label": label,
        "now": now or _("none"),
        "was": was or _("none"),
    }


def _day(iso: str | None) -> str:
    return day(date.fromisoformat(iso)) if iso else ""


def _rule(rule: str | None) -> str:
    return str(ResumeRule(rule).label) if rule else ""


def _totals(bills: list[dict[str, Any]]) -> str:
    return ", ".join(
        _("%(total)s on %(day)s")
        % {
            "total": money.formatted(Decimal(bill["amount"]), bill["currency"]),
            "day": _day(bill["on"]),
        }
        for bill in bills
    )
