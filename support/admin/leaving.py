"""The page "Cancellations": why people leave, and what became of it, with the lists behind its numbers and as a CSV."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal_project.accounts.people import person
from portal_project.common.charts import Chart, Row
from portal_project.common.paging import page
from portal_project.exports import files
from portal_project.exports.views import LEAVE_FIRST, looks_as_customer
from products import money
from support.admin import leaving_csv, leaving_lists
from support.admin.leaving_filters import BY, OUTCOMES, LeavingForm
from support.models import CancellationRequest
from support.reports import leaving
from support.reports.leaving import Chosen, Money, Report, Tally

VIEW = "support.view_cancellationrequest"
Decision = CancellationRequest.Decision
MOST_BARS = 12


@dataclass(frozen=True)
class Number:
    """With the address of the list behind it; a zero has none."""

    value: int
    url: str

    def __str__(self) -> str:
        return str(self.value)


@dataclass(frozen=True)
class Amounts:
    """Of each currency, in words; with the address of the list of those that are added up."""

    text: str
    url: str

    def __str__(self) -> str:
        return self.text or "–"


@dataclass(frozen=True)
class Line:
    """One row of the table, as it is read."""

    label: str
    requests: Number
    outcomes: list[Number]
    lost: Amounts
    at_once: Number
    lost_at_once: Amounts
    first_answer: str


def urls(site: AdminSite) -> list[URLPattern]:
    def report(request: HttpRequest) -> HttpResponseBase:
        return _report(request, site)

    def words(request: HttpRequest) -> HttpResponseBase:
        return _messages(request, site)

    return [
        path("leaving/", site.admin_view(report), name="support_cancellationrequest_leaving"),
        path("leaving/messages/", site.admin_view(words), name="support_cancellationrequest_messages"),
    ]


def _report(request: HttpRequest, site: AdminSite) -> HttpResponseBase:
    form = _form(request)
    found = leaving.report(form.chosen, form.rows_by)
    if form.rows_by == "month":
        _fill_gaps(found)
    keys = _in_order(found, form.rows_by)
    if "csv" in request.GET and form.unread:
        # The page says of what; a file would say nothing, and hold more than was meant.
        return redirect(f"{request.path}?{_address(request)}")
    if "csv" in request.GET and looks_as_customer(request):
        messages.error(request, LEAVE_FIRST)
    elif request.GET.get("csv") == "reasons":
        files.note("table of reasons", form.in_words, len(found.reasons), by=person(request))
        return leaving_csv.reasons(form, found)
    elif "csv" in request.GET:
        files.note("table of cancellations", form.in_words, len(keys), by=person(request))
        return leaving_csv.rows(form, found, keys)
    context = site.each_context(request) | {
        "title": _("Cancellations"),
        "form": form,
        "address": _address(request),
        "outcomes": OUTCOMES.values(),
        "total": _line(str(_("All")), found.total, form.chosen),
        "lines": [_line(form.label(key), found.rows[key], form.only(key)) for key in keys],
        "of": dict(BY)[form.rows_by],
        "reasons": _reasons(form, found),
        "charts": list(_charts(form, found, keys)),
    }
    return TemplateResponse(request, "admin/support/leaving/page.html", context)


def _messages(request: HttpRequest, site: AdminSite) -> HttpResponseBase:
    """What customers wrote on leaving, the newest first."""
    form = _form(request)
    context = site.each_context(request) | {
        "title": _("What customers wrote on leaving"),
        "form": form,
        "address": _address(request),
        "page": page(leaving.messages(form.chosen), request),
    }
    return TemplateResponse(request, "admin/support/leaving/messages.html", context)


def _form(request: HttpRequest) -> LeavingForm:
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    return LeavingForm(request.GET, today=localdate())


def _address(request: HttpRequest) -> str:
    """What the page is narrowed to, for the links to its other forms."""
    kept = request.GET.copy()
    for name in ("after", "csv"):
        kept.pop(name, None)
    return kept.urlencode()


def _fill_gaps(found: Report) -> None:
    """A row for each month between the first and the last, also where nobody left."""
    month, last = min(found.rows, default=None), max(found.rows, default=None)
    while month and last and month < last:
        month = (month + timedelta(days=31)).replace(day=1)
        found.rows[month]


def _in_order(found: Report, by: str) -> list[Any]:
    """Months and tenures as they follow each other, the others by how many there are."""
    if by in ("month", "tenure"):
        return sorted(found.rows)
    return sorted(found.rows, key=lambda key: (-found.rows[key].requests - found.rows[key].at_once, key))


def _line(label: str, tally: Tally, chosen: Chosen) -> Line:
    at_once = leaving_lists.ends_at_once(chosen)
    return Line(
        label,
        _number(tally.requests, leaving_lists.requests(chosen)),
        [_number(tally.outcomes[decision], leaving_lists.requests(chosen, decision=decision)) for decision in OUTCOMES],
        _amounts(tally.lost, leaving_lists.lost(chosen)),
        _number(tally.at_once, at_once),
        _amounts(tally.lost_at_once, at_once),
        _wait(tally.first_answer),
    )


def _number(value: int, url: str) -> Number:
    return Number(value, url if value else "")


def _amounts(of: Money, url: str) -> Amounts:
    found = {currency: amount for currency, amount in sorted(of.by_currency.items()) if amount}
    text = ", ".join(money.formatted(money.rounded(amount, each), each) for each, amount in found.items())
    return Amounts(text, url if text else "")


def _wait(waited: timedelta | None) -> str:
    if waited is None:
        return ""
    hours = round(waited.total_seconds() / 3600)
    if hours < 48:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    days = round(hours / 24)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


@dataclass(frozen=True)
class ReasonLine:
    label: str
    requests: Number
    share: str
    lost: Amounts


def _reasons(form: LeavingForm, found: Report) -> list[ReasonLine]:
    return [
        ReasonLine(
            str(form.reasons[code]),
            _number(tally.requests, leaving_lists.requests(form.narrowed_to(code))),
            _("%(percent)d %%") % {"percent": found.share(tally)},
            _amounts(tally.lost, leaving_lists.lost(form.narrowed_to(code))),
        )
        for code, tally in found.reasons_in_order
    ]


def _charts(form: LeavingForm, found: Report, keys: list[Any]) -> Iterator[tuple[str, str, Chart]]:
    """Kind, name and data of each that has something to show."""
    if form.rows_by == "month" and len(keys) > 1:
        months = [_by_month(form, found, key) for key in keys]
        names = [_("Requests"), _("Ends at once")]
        sentence = _("From %(first)s to %(last)s.") % {"first": months[0].label, "last": months[-1].label}
        yield "line", "months", Chart(_("Requests and ends by month"), sentence, _("Month"), names, months)
    if found.reasons:
        rows = [
            Row(line.label, [line.requests.value], f"{line.requests} ({line.share})") for line in _reasons(form, found)
        ]
        sentence = _("The most frequent one: %(reason)s.") % {"reason": rows[0].label}
        yield "bars", "reasons", Chart(_("Reasons"), sentence, _("Reason"), [_("Requests")], rows)
    if stacked := _bars_of(form, [key for key in keys if found.rows[key].requests]):
        names = [str(label) for label in OUTCOMES.values()]
        rows = [Row(form.label(key), [found.rows[key].outcomes[decision] for decision in OUTCOMES]) for key in stacked]
        title = _("What became of the requests")
        sentence = _("Of %(count)d requests, %(kept)d did not end the subscription.") % {
            "count": found.total.requests,
            "kept": sum(
                found.total.outcomes[each] for each in (Decision.WITHDRAWN, Decision.KEPT, Decision.OFFER_ACCEPTED)
            ),
        }
        yield "stacked", "outcomes", Chart(title, sentence, str(dict(BY)[form.rows_by]), names, rows)


def _bars_of(form: LeavingForm, keys: list[Any]) -> list[Any]:
    """The latest months; or of products and plans, which begin with the largest, the first."""
    return keys[-MOST_BARS:] if form.rows_by == "month" else keys[:MOST_BARS]


def _by_month(form: LeavingForm, found: Report, month: date) -> Row:
    tally = found.rows[month]
    return Row(form.label(month), [tally.requests, tally.at_once], short=f"{month:%m/%y}")
