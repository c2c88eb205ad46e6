"""What an action leads to, as its page announces it: it travels in the form, signed, and is compared when the form comes back."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core import signing
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal_project.common.facts import Fact, sentences, told, worded
from products import money
from products.models import ResumeRule
from subscriptions.models import Subscription
from subscriptions.preview.terms import Discount, PlanChange, PriceChange, Terms
from subscriptions.rules.dates_in_words import day, days_fact
from subscriptions.rules.states import Action

BILLS = 3
"""So many of those that follow are told."""

SALT = "subscriptions.effects"
LABELS = {
    "period_end": gettext_lazy("Billed until"),
    "paused_on": gettext_lazy("Paused on"),
    "pauses_on": gettext_lazy("Pauses on"),
    "resumes_on": gettext_lazy("Resumes on"),
    "cancels_on": gettext_lazy("Ends on"),
    "canceled_on": gettext_lazy("Ended on"),
}


sentences(
    invoice_is_paid_and_stays=gettext_lazy(
        "The invoice over %(total)s for %(days)s is paid and stays: days after the end are not refunded."
    ),
    invoice_becomes_void=gettext_lazy("The open invoice over %(total)s for %(days)s becomes void when it ends."),
    invoice_becomes_another=gettext_lazy(
        "The open invoice over %(total)s for %(days)s becomes void when it ends; instead, %(instead)s is billed for "
        "%(left)s."
    ),
)

# Which of them canceling means is a setting of the product.
CANCELING = {str(Action.CANCEL), str(Action.SCHEDULE_CANCELLATION)}


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

    @property
    def total_fact(self) -> Fact:
        return money.fact(self.amount, self.currency)


@dataclass(frozen=True)
class Beyond:
    """An invoice for days that an end takes away: it becomes void, with `instead` for its days before, unless it is paid."""

    bill: Bill
    is_paid: bool
    instead: Bill | None

    @property
    def fact(self) -> Fact:
        """What becomes of it, for pages and mails."""
        values = {"total": self.bill.total_fact, "days": days_fact(self.bill)}
        if self.is_paid:
            return told("invoice_is_paid_and_stays", **values)
        if self.instead is None:
            return told("invoice_becomes_void", **values)
        instead = {"instead": self.instead.total_fact, "left": days_fact(self.instead)}
        return told("invoice_becomes_another", **values, **instead)

    @property
    def fate(self) -> str:
        return str(self.fact)


@dataclass(frozen=True)
class Effect:
    """What an action leads to: the dates right after it, what is billed at once, and the bills that follow."""

    action: str
    scheduled_on: date | None
    """The end that was scheduled before: whoever decides about a cancellation decides about that one."""
    status: str
    resume_rule: str
    dates: dict[str, date | None]
    now: tuple[Bill, ...]
    bills: tuple[Bill, ...]
    beyond: tuple[Beyond, ...]
    terms: Terms
    before: Terms
    """What was agreed until now: whoever takes its place, or drops it, decides about that."""
    lost: tuple[Fact, ...] = ()
    """What an end that is lifted does not bring back, a sentence each."""

    @property
    def agrees_on_nothing(self) -> bool:
        """Whether discount, plan and price stay as they were, so for a form that is not filled in yet."""
        return self.terms == self.before

    @property
    def lifts_end(self) -> bool:
        """Whether the end that was scheduled before no longer is, and has not come."""
        return bool(self.scheduled_on) and not (self.dates["cancels_on"] or self.dates["canceled_on"])

    @property
    def bills_heading(self) -> str:
        """What the bills that follow are called; empty where none are told."""
        if self.dates["canceled_on"] or not self.bills:
            return ""
        ends_soon = self.dates["cancels_on"] and len(self.bills) < BILLS
        return _("Still billed until then") if ends_soon else _("Next bills")

    @property
    def ends_without_bills(self) -> str:
        """That no bill comes before the end that is scheduled, in a sentence; empty where one does."""
        is_free = self.dates["cancels_on"] and not self.dates["canceled_on"] and not self.bills
        return _("Nothing more is billed until then.") if is_free else ""

    @property
    def fingerprint(self) -> str:
        """By which two effects are told apart where many are kept: 32 characters, in one language the same."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:32]

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
        lines.append(_change(_("Scheduled end"), _day(was.get("scheduled_on")), _day(now["scheduled_on"])))
        lines.append(_change(_("When it resumes"), _rule(was.get("resume_rule")), _rule(now["resume_rule"])))
        lines.append(_change(_("Billed at once"), _totals(was["now"]), _totals(now["now"])))
        lines.append(_change(_("Next bills"), _totals(was["bills"]), _totals(now["bills"])))
        lines.append(_change(_("Invoices for days after the end"), _fates(was.get("beyond")), _fates(now["beyond"])))
        lines.append(_change(_("What does not come back"), _sentences(was.get("lost")), _sentences(now["lost"])))
        terms = _terms_change(was.get("terms"), now["terms"])
        lines += terms if any(terms) else _terms_change(was.get("before"), now["before"])
        if was["action"] != now["action"] and {was["action"], now["action"]} == CANCELING:
            at_once = _("Canceling now takes effect at once.")
            lines.insert(0, at_once if self.action == Action.CANCEL else _("Canceling now has a notice period."))
        return [line for line in lines if line]


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
    return ", ".join(_("%(total)s on %(day)s") % {"total": _total(bill), "day": _day(bill["on"])} for bill in bills)


def _total(bill: dict[str, Any]) -> str:
    return money.formatted(Decimal(bill["amount"]), bill["currency"])


def _terms_change(was: dict[str, Any] | None, now: dict[str, Any]) -> list[str]:
    was = {"discount": None, "plan_change": None, "price_change": None} | (was or {})
    return [
        _change(_("Discount"), _discount(was["discount"]), _discount(now["discount"])),
        _change(_("Change of plan"), _plan_change(was["plan_change"]), _plan_change(now["plan_change"])),
        _change(_("Price change"), _price_change(was["price_change"]), _price_change(now["price_change"])),
    ]


def _discount(plain: dict[str, str] | None) -> str:
    return str(Discount(int(plain["percent"]), int(plain["invoices"]))) if plain else ""


def _plan_change(plain: dict[str, Any] | None) -> str:
    if not plain:
        return ""
    return str(PlanChange(plain["plan"], plain["price"], date.fromisoformat(plain["on"]) if plain["on"] else None))


def _price_change(plain: dict[str, Any] | None) -> str:
    if not plain:
        return ""
    on = date.fromisoformat(plain["on"]) if plain["on"] else None
    return str(PriceChange(plain["price"], date.fromisoformat(plain["not_before"]), on))


def _sentences(lost: list[Any] | None) -> str:
    return " ".join(worded(lost or []))


def _fates(beyond: list[dict[str, Any]] | None) -> str:
    return ", ".join(
        _("%(total)s becomes %(instead)s")
        % {"total": _total(each["bill"]), "instead": _total(each["instead"]) if each["instead"] else _("void")}
        for each in beyond or []
        if each["is_paid"] == str(False)
    )
