"""Forms that confirm a pause, its end, and what changes it."""

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from subscriptions.confirm.forms import ActionForm, confirms
from subscriptions.models import Subscription
from subscriptions.rules import periods, policies, refusals
from subscriptions.rules.dates_in_words import day
from subscriptions.rules.states import Action, Status


class ResumeDateField(forms.DateField):
    """A day chosen from a native date picker; the bounds are the policy's, on the server and in the picker."""

    widget = forms.DateInput(attrs={"type": "date", "data-live": True}, format="%Y-%m-%d")

    def set_range(self, first: date, last: date | None) -> None:
        self.first, self.last = first, last
        self.help_text = _left_empty(last)
        self.widget.attrs["min"] = first.isoformat()
        if last:
            self.widget.attrs["max"] = last.isoformat()

    def clean(self, value: Any) -> date | None:
        chosen = super().clean(value)
        if chosen and not periods.is_resume_date(chosen, self.first, self.last):
            raise forms.ValidationError(refusals.no_such_resume_date(self.first, self.last))
        return chosen


def _between(first: date, last: date | None) -> str:
    """On which days the pause may end."""
    if last:
        return _("Any day from %(first)s to %(last)s.") % {"first": day(first), "last": day(last)}
    return _("Any day from %(first)s on.") % {"first": day(first)}


def _left_empty(last: date | None) -> str:
    """What no resume date means for a pause that ends on `last` at the latest."""
    if last:
        return _("Leave empty to resume on %(last)s, the latest day.") % {"last": day(last)}
    return _("Leave empty for no date: it is then resumed by hand.")


OPEN, ON_A_DAY = "open", "day"
MONTHS = ("1", "2", "3")


class UntilForm(ActionForm):
    """Says until when a pause lasts: until a day; customers also choose one, two or three months from its first day on.

    A day counts where it is what is chosen, or where only a day is sent, without a `length`.
    """

    length = forms.ChoiceField(
        required=False,
        label=gettext_lazy("For how long?"),
        initial=OPEN,
        widget=forms.RadioSelect(attrs={"data-live": True}),
    )
    resumes_on = ResumeDateField(
        required=False,
        label=gettext_lazy("Resume on (optional)"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = policies.is_customer(self.by, self.subscription)
        self.first, self.last = self.range()
        self.fields["resumes_on"].set_range(self.first, self.last)  # type: ignore[attr-defined]
        if self.own:
            self.fields["length"].choices = self._lengths  # type: ignore[attr-defined]
            self.fields["resumes_on"].label = _("Resume on")
            self.fields["resumes_on"].help_text = _between(self.first, self.last)
        else:
            del self.fields["length"]

    def begins(self) -> date:
        """The first day of the pause, from which months are counted."""
        raise NotImplementedError

    def range(self) -> tuple[date, date | None]:
        """The first and last day that may be chosen, as `periods.resume_dates`."""
        raise NotImplementedError

    @cached_property
    def after_months(self) -> dict[str, date]:
        """The days that many months after the pause begins, of those on which it may end."""
        days = {months: periods.months_after(self.begins(), int(months)) for months in MONTHS}
        return {months: on for months, on in days.items() if periods.is_resume_date(on, self.first, self.last)}

    def _lengths(self) -> Iterator[tuple[str, str]]:
        for months, on in self.after_months.items():
            text = ngettext("%(count)d month, until %(day)s", "%(count)d months, until %(day)s", int(months))
            yield months, text % {"count": int(months), "day": day(on)}
        yield ON_A_DAY, _("Until a day that I choose")
        latest = self.last and _("Until %(day)s, the latest day") % {"day": day(self.last)}
        yield OPEN, latest or _("Until I resume it")

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        length = cleaned.get("length")
        if length and length != ON_A_DAY:
            # A day that was typed before something else was chosen is not meant any more, right or wrong.
            self.errors.pop("resumes_on", None)
        elif length == ON_A_DAY and not cleaned.get("resumes_on") and "resumes_on" not in self.errors:
            self.add_error("resumes_on", _("Choose the day on which it resumes."))
        return cleaned

    @property
    def until(self) -> date | None:
        """The day that is chosen; None for none."""
        return self.chosen("resumes_on") if self._length in ("", ON_A_DAY) else self.after_months.get(self._length)

    @property
    def missing(self) -> str:
        is_wrong = bool(self.errors.keys() & {"length", "resumes_on"})
        if is_wrong or (self._length == ON_A_DAY and not self.until):
            return _("Choose until when it is paused, and what will happen is shown here.")
        return ""

    @property
    def _length(self) -> str:
        return self.chosen("length") or "" if "length" in self.fields else ""


@confirms(Action.PAUSE)
class PauseForm(UntilForm):
    template = "subscriptions/pause.html"

    def begins(self) -> date:
        return self.subscription.pause_would_start(self.today)

    def range(self) -> tuple[date, date | None]:
        return self.subscription.resume_dates_of_new_pause(self.today, own=self.own)

    @property
    def done(self) -> str:  # type: ignore[override]
        if self.effect.status == Status.PAUSED:
            return _("The subscription is paused. Nothing is billed for the days of the pause.")
        return _("The pause is planned. The subscription runs on until then.")

    def act(self, subscription: Subscription) -> None:
        subscription.pause(self.today, resumes_on=self.until, own=self.own)


@confirms(Action.CHANGE_RESUME_DATE)
class ResumeDateForm(UntilForm):
    template = "subscriptions/resume_date.html"
    done = gettext_lazy("The resume date is changed.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        until = self.subscription.resumes_on
        self.fields["resumes_on"].initial = until
        if self.own:
            months: dict[date | None, str] = {on: months for months, on in self.after_months.items()}
            self.fields["length"].label = _("For how long, from %(day)s on?") % {"day": day(self.begins())}
            self.fields["length"].initial = OPEN if until == self.last else months.get(until, ON_A_DAY)
        else:
            self.fields["resumes_on"].label = _("Resume on")

    def begins(self) -> date:
        return self.subscription.pause_begins(self.today)

    def range(self) -> tuple[date, date | None]:
        return self.subscription.possible_resume_dates(self.today)

    def carry_out(self) -> None:
        """Raises `NotAllowed` where the pause has this date already."""
        policies.may_resume_on(self.subscription, self.until, self.today).enforce()
        super().carry_out()

    def act(self, subscription: Subscription) -> None:
        subscription.change_resume_date(self.today, self.until)


@confirms(Action.RESUME)
class ResumeForm(ActionForm):
    template = "subscriptions/resume.html"
    done = gettext_lazy("The subscription is active again.")

    def act(self, subscription: Subscription) -> None:
        subscription.resume(self.today)


@confirms(Action.DROP_PAUSE)
class DropPauseForm(ActionForm):
    template = "subscriptions/drop_pause.html"
    done = gettext_lazy("The scheduled pause is dropped. The subscription goes on as before.")

    def act(self, subscription: Subscription) -> None:
        subscription.drop_pause(self.today)
