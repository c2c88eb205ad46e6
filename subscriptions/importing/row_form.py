"""One row as a form: its fields are the columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django import forms
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal_project.accounts import vat
from portal_project.common import normalize, parsing
from portal_project.common.parsing import quoted
from products import money
from products.intervals import Interval
from subscriptions.importing import billing_days, cells
from subscriptions.importing.cells import Cell
from subscriptions.importing.customer_cells import CustomerCells
from subscriptions.importing.customers import Identities
from subscriptions.importing.rows import Row
from subscriptions.rules.states import Status

LIKE_A_DATE = gettext_lazy("write it like 2026-11-23")
ONLY_WITH_AN_END = gettext_lazy("%(cell)s should be empty: only a row with cancels_on has it")


@dataclass(frozen=True)
class Known:
    """What a row is checked against: the day, the line on which each ID comes first, the customers, and the reasons to leave,
    by what stands for each in the file in lower case.
    """

    today: date
    first_lines: Mapping[str, int] = field(default_factory=dict)
    customers: Identities = field(default_factory=Identities)
    reasons: Mapping[str, str] = field(default_factory=dict)


class RowForm(CustomerCells):
    external_id = Cell(
        gettext_lazy("an ID"),
        gettext_lazy("give each subscription an ID of its own"),
        normalize.identifier,
        longest=100,
    )
    product = Cell(gettext_lazy("a product"), gettext_lazy("write the name of what is sold"), longest=100)
    plan = Cell(gettext_lazy("a plan"), gettext_lazy("write the name of the price"), longest=100)
    amount = Cell(gettext_lazy("an amount"), gettext_lazy("write it like 12.50"), parsing.amount)
    currency = Cell(gettext_lazy("a currency"), gettext_lazy("write its code like EUR"), cells.currency)
    interval = Cell(gettext_lazy("an interval"), gettext_lazy("write it like month, 3 months or year"), cells.interval)
    status = Cell(
        gettext_lazy("a status that can be imported"),
        gettext_lazy("write active, paused or trialing"),
        cells.status,
    )
    started_on = Cell(gettext_lazy("a date"), LIKE_A_DATE, parsing.day)
    billed_until = Cell(gettext_lazy("a date"), LIKE_A_DATE, parsing.day)
    billing_day = Cell(
        gettext_lazy("a day of the month"),
        gettext_lazy("write a number from 1 to 31"),
        cells.day_of_month,
        required=False,
    )
    paused_on = Cell(gettext_lazy("a date"), LIKE_A_DATE, parsing.day, required=False)
    resumes_on = Cell(gettext_lazy("a date"), LIKE_A_DATE, parsing.day, required=False)
    cancels_on = Cell(gettext_lazy("a date"), LIKE_A_DATE, parsing.day, required=False)
    requested_on = Cell(gettext_lazy("a date"), LIKE_A_DATE, parsing.day, required=False)
    reason = Cell(gettext_lazy("a reason"), "", required=False)

    def __init__(self, data: Mapping[str, str], *, line: int, known: Known) -> None:
        super().__init__(dict(data))
        self.line, self.known = line, known

    def clean_external_id(self) -> str:
        external_id: str = self.cleaned_data["external_id"]
        first = self.known.first_lines.get(external_id, self.line)
        if first != self.line:
            message = _("%(cell)s is already on line %(line)d; give each subscription an ID of its own")
            raise forms.ValidationError(message % {"cell": quoted(external_id), "line": first})
        return external_id

    def clean_customer_email(self) -> str:
        email: str = self.cleaned_data["customer_email"]
        if email in self.known.customers.staff:
            message = _("%(cell)s belongs to a member of staff; write a customer's address")
            raise forms.ValidationError(message % {"cell": quoted(email)})
        return email

    def clean_started_on(self) -> date:
        return self._not_after_today(self.cleaned_data["started_on"])

    def clean_paused_on(self) -> date | None:
        paused_on: date | None = self.cleaned_data["paused_on"]
        return paused_on and self._not_after_today(paused_on)

    def clean_resumes_on(self) -> date | None:
        resumes_on: date | None = self.cleaned_data["resumes_on"]
        return resumes_on and self._after_today(resumes_on)

    def clean_cancels_on(self) -> date | None:
        cancels_on: date | None = self.cleaned_data["cancels_on"]
        if cancels_on and cancels_on <= self.known.today:
            message = _("%(day)s should be after today, %(today)s: leave out what has ended")
            raise forms.ValidationError(message % {"day": cancels_on, "today": self.known.today})
        return cancels_on

    def clean_requested_on(self) -> date | None:
        requested_on: date | None = self.cleaned_data["requested_on"]
        return requested_on and self._not_after_today(requested_on)

    def clean_reason(self) -> str:
        typed: str = self.cleaned_data["reason"] or ""
        if typed and typed.lower() not in self.known.reasons:
            expected = get_text_list(list(dict.fromkeys(self.known.reasons.values())), _("or"))
            message = _("%(cell)s is not a reason; write %(expected)s")
            raise forms.ValidationError(message % {"cell": quoted(typed), "expected": expected})
        return self.known.reasons[typed.lower()] if typed else ""

    def clean(self) -> None:
        """The rules between columns; each holds back while one of its columns is wrong by itself."""
        rules: tuple[tuple[tuple[str, ...], Callable[..., None]], ...] = (
            (("customer_email", "customer_external_id"), self._check_customer),
            (("customer_vat_number", "customer_country"), self._check_vat_number),
            (("amount", "currency"), self._check_amount),
            (("status", "started_on", "billed_until"), self._check_billed_until),
            (("billing_day", "billed_until", "interval"), self._check_billing_day),
            (("status", "started_on", "paused_on"), self._check_pause),
            (("status", "resumes_on"), self._check_resume),
            (("cancels_on", "requested_on", "started_on"), self._check_request),
            (("cancels_on", "reason"), self._check_reason),
        )
        for columns, rule in rules:
            if all(column in self.cleaned_data for column in columns):
                rule(*(self.cleaned_data[column] for column in columns))

    def _check_customer(self, email: str, external_id: str | None) -> None:
        if external_id and (problem := self.known.customers.problem(email, external_id)):
            self.add_error("customer_external_id", problem)

    def _check_vat_number(self, number: str | None, country: str | None) -> None:
        try:
            self.cleaned_data["customer_vat_number"] = vat.checked(number or "", country or "")
        except forms.ValidationError as error:
            self.add_error("customer_vat_number", f"{quoted(number or '')}: {error.messages[0]}")

    def _check_amount(self, amount: Decimal, currency: str) -> None:
        if not money.is_exact(amount, currency):
            message = _("%(cell)s has too many digits after the point; %(currency)s has %(digits)d")
            digits = {"currency": currency, "digits": money.digits(currency)}
            self.add_error("amount", message % ({"cell": quoted(str(amount))} | digits))

    def _check_billed_until(self, status: Status, started_on: date, billed_until: date) -> None:
        if billed_until <= started_on:
            message = _("%(day)s should be after started_on, %(started)s")
            self.add_error("billed_until", message % {"day": billed_until, "started": started_on})
        elif billed_until <= self.known.today and status == Status.ACTIVE:
            message = _("%(day)s should be after today, %(today)s: bill what is due in the old system first")
            self.add_error("billed_until", message % {"day": billed_until, "today": self.known.today})
        elif billed_until <= self.known.today and status == Status.TRIALING:
            message = _("%(day)s should be after today, %(today)s: it is the day the trial ends")
            self.add_error("billed_until", message % {"day": billed_until, "today": self.known.today})

    def _check_billing_day(self, day: int | None, billed_until: date, interval: tuple[Interval, int]) -> None:
        if day is None:
            return
        if interval[0] not in (Interval.MONTH, Interval.YEAR):
            message = _("%(day)d should be empty: days and weeks have no billing day")
            self.add_error("billing_day", message % {"day": day})
        elif billing_days.anchor_on(day, billed_until, *interval) is None:
            message = _("%(day)d does not lead to billed_until %(until)s; write %(expected)s")
            expected = get_text_list([str(day) for day in billing_days.possible(billed_until, *interval)], _("or"))
            self.add_error("billing_day", message % {"day": day, "until": billed_until, "expected": expected})

    def _check_pause(self, status: Status, started_on: date, paused_on: date | None) -> None:
        if paused_on and status != Status.PAUSED:
            self.add_error("paused_on", _("%(day)s should be empty: only a paused row has it") % {"day": paused_on})
        elif paused_on and paused_on < started_on:
            message = _("%(day)s should not be before started_on, %(started)s")
            self.add_error("paused_on", message % {"day": paused_on, "started": started_on})

    def _check_resume(self, status: Status, resumes_on: date | None) -> None:
        if resumes_on and status != Status.PAUSED:
            self.add_error("resumes_on", _("%(day)s should be empty: only a paused row has it") % {"day": resumes_on})

    def _check_request(self, cancels_on: date | None, requested_on: date | None, started_on: date) -> None:
        if requested_on and not cancels_on:
            self.add_error("requested_on", ONLY_WITH_AN_END % {"cell": requested_on})
        elif requested_on and requested_on < started_on:
            message = _("%(day)s should not be before started_on, %(started)s")
            self.add_error("requested_on", message % {"day": requested_on, "started": started_on})

    def _check_reason(self, cancels_on: date | None, reason: str) -> None:
        if reason and not cancels_on:
            self.add_error("reason", ONLY_WITH_AN_END % {"cell": reason})

    def _not_after_today(self, day: date) -> date:
        if day > self.known.today:
            message = _("%(day)s should not be after today, %(today)s")
            raise forms.ValidationError(message % {"day": day, "today": self.known.today})
        return day

    def _after_today(self, day: date) -> date:
        if day <= self.known.today:
            message = _("%(day)s should be after today, %(today)s")
            raise forms.ValidationError(message % {"day": day, "today": self.known.today})
        return day

    def row(self) -> Row:
        """What a valid row describes."""
        return Row.given(self.cleaned_data, self.line, self.known.today)


COLUMNS = tuple(RowForm.base_fields)
OPTIONAL = tuple(name for name, cell in RowForm.base_fields.items() if not cell.required)
