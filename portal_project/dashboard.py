"""The admin's home: what waits for staff, and the numbers, each leading to its list (`docs/design.md`, Today and Numbers)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.http import HttpRequest
from django.utils.formats import date_format

from portal_project.common.charts import Chart, Row
from portal_project.common.counting import capped, counts
from portal_project.common.locales import day as in_words
from portal_project.common.to_do import TO_DO, ToDo
from portal_project.installation import checklist, views
from products import money
from subscriptions.admin.filters import COMMITTED, IN_NOTICE, listed
from subscriptions.reports import ends
from subscriptions.reports.year import Month, Numbers
from subscriptions.rules.states import Status

SEE_NUMBERS = "subscriptions.view_snapshot"


@dataclass(frozen=True)
class Value:
    """As it is read, with the address of the list behind it, if there is one."""

    text: str
    url: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Waiting:
    label: str
    count: str
    url: str
    note: str


@dataclass(frozen=True)
class Fact:
    """A number, or one for each currency, with what it means."""

    label: str
    meaning: str
    values: list[Value]


def home(request: HttpRequest, today: date) -> dict[str, Any]:
    """What the page shows to this person."""
    mine = sorted((each for each in TO_DO if request.user.has_perm(each.permission)), key=lambda each: each.place)
    sees_numbers = request.user.has_perm(SEE_NUMBERS)
    context: dict[str, Any] = {"title": "Today", "sees_numbers": sees_numbers}
    context |= {"has_role": bool(mine) or sees_numbers, "waiting": list(_waiting(mine, today))}
    if request.user.has_perm(views.SEE):
        context["greeting"] = checklist.greeting(views.installation(request))
    if sees_numbers and (numbers := Numbers.read()):
        context |= {
            "numbers": numbers,
            "facts": list(_facts(numbers)),
            "leaving": list(_leaving(numbers)),
            "months": [_line(numbers, month) for month in reversed(numbers.months)],
            "charts": list(_charts(numbers)),
        }
    return context


def _waiting(mine: list[ToDo], today: date) -> Iterator[Waiting]:
    for each, count in zip(mine, counts(each.rows(today) for each in mine), strict=True):
        if count:
            yield Waiting(each.label, capped(count), each.url(today), each.note(today) if each.note else "")


def _facts(numbers: Numbers) -> Iterator[Fact]:
    now, active = numbers.present, Status.ACTIVE
    yield Fact(
        "Active", "Subscriptions that run, those in notice too.", [_count(now.counts["active"], status__exact=active)]
    )
    yield Fact(
        "In notice",
        "The day of their end is scheduled; until then they are active, paused or in trial.",
        [_count(now.counts["in_notice"], counted=IN_NOTICE)],
    )
    yield Fact(
        "Paused", "Not billed until they come back.", [_count(now.counts["paused"], status__exact=Status.PAUSED)]
    )
    yield Fact("In trial", "Not billed yet.", [_count(now.counts["trialing"], status__exact=Status.TRIALING)])
    yield Fact(
        "MRR",
        "What the active ones bring in a month: the price without tax, less a discount that still runs.",
        _amounts(now.amounts["mrr"], status__exact=active),
    )
    yield Fact(
        "Committed MRR",
        "The part of it that has neither an end nor a pause scheduled.",
        _amounts(now.amounts["committed_mrr"], counted=COMMITTED),
    )
    yield Fact(
        "Paused value",
        "What the paused ones would bring in a month. It is not in the MRR.",
        _amounts(now.amounts["paused_mrr"], status__exact=Status.PAUSED),
    )
    start, since = numbers.start_of(now), _within(now, numbers)
    yield Fact(
        f"Churn in {_name(now)}",
        "Ended so far, of those that were active when the month began; the MRR is what they brought then.",
        [
            Value(_of(now.counts["churned"], start.counts["active"]), listed(how=ends.CHURNED, **since)),
            *_amounts(now.amounts["churned_mrr"], start.amounts["mrr"], how=ends.CHURNED, **since),
        ],
    )
    yield Fact(
        f"Ended out of a pause in {_name(now)}",
        "Not in the churn; the MRR is what they brought before the pause.",
        [
            _count(now.counts["ended_paused"], how=ends.PAUSED, **since),
            *_amounts(now.amounts["ended_paused_mrr"], how=ends.PAUSED, **since),
        ],
    )
    yield Fact("Pauses that ended in 90 days", "How the pauses of the last 90 days ended.", _ended_pauses(numbers))


def _ended_pauses(numbers: Numbers) -> list[Value]:
    found = numbers.ended_pauses
    return [
        Value(f"{found['resumed_by_itself']:,} came back by themselves"),
        Value(f"{found['resumed_by_hand']:,} were resumed by somebody"),
        Value(f"{found['ended_paused']:,} ended"),
    ]


@dataclass(frozen=True)
class Leaving:
    on: str
    count: Value
    mrr: str


def _leaving(numbers: Numbers) -> Iterator[Leaving]:
    """By day, and all of them at the end."""
    for on, rows in groupby(numbers.leaving, lambda each: each.on):
        of_day = list(rows)
        url = listed(cancels_on_from=on, cancels_on_to=on)
        yield Leaving(in_words(on), Value(f"{sum(each.count for each in of_day):,}", url), _sum(of_day))
    if numbers.leaving:
        yield Leaving("All", Value(f"{sum(each.count for each in numbers.leaving):,}"), _sum(numbers.leaving))


def _sum(rows: Iterable[Any]) -> str:
    sums: Counter[str] = Counter()
    for each in rows:
        sums[each.currency] += each.mrr
    return _texts(sums)


@dataclass(frozen=True)
class Line:
    """A month as the table has it."""

    label: str
    active: str
    churned: Value
    churn: str
    churned_mrr: str
    ended_paused: Value
    ended_trialing: Value
    ended_within: Value


def _line(numbers: Numbers, month: Month) -> Line:
    start, since = numbers.start_of(month), _within(month, numbers)
    ended = {how: _count(month.counts[how], how=how, **since) for how in ends.LAST}
    return Line(
        label=_name(month),
        active=f"{start.counts['active']:,}",
        churned=ended[ends.CHURNED],
        churn=_percent(month.counts["churned"], start.counts["active"]),
        churned_mrr=_texts(month.amounts["churned_mrr"]),
        ended_paused=ended[ends.PAUSED],
        ended_trialing=ended[ends.TRIALING],
        ended_within=ended[ends.WITHIN],
    )


def _charts(numbers: Numbers) -> Iterator[tuple[str, Chart]]:
    """Name and data of each that has something to show."""
    for name, title, figures in (
        ("active", "Active subscriptions", {"active": "Active"}),
        ("waiting", "In notice and paused", {"in_notice": "In notice", "paused": "Paused"}),
        ("trials", "In trial", {"trialing": "In trial"}),
        ("churn", "Ends by month", {"churned": "Churned", "ended_paused": "Ended out of a pause"}),
    ):
        rows = [_row(month, [month.counts[each] for each in figures]) for month in numbers.months]
        yield from _chart(name, title, list(figures.values()), rows)
    for currency in numbers.currencies:
        for name, title, figures in (
            ("mrr", "MRR", {"mrr": "MRR", "committed_mrr": "Committed MRR"}),
            ("lost", "Paused value and churn", {"paused_mrr": "Paused value", "churned_mrr": "Churned MRR"}),
        ):
            rows = [_row(month, [round(month.amounts[each][currency]) for each in figures]) for month in numbers.months]
            yield from _chart(f"{name}-{currency}", f"{title}, {currency}", list(figures.values()), rows)


def _chart(name: str, title: str, names: list[str], rows: list[Row]) -> Iterator[tuple[str, Chart]]:
    """None where all of it is zero."""
    ways = [f"{each} from {rows[0].numbers[n]:,} to {rows[-1].numbers[n]:,}" for n, each in enumerate(names)]
    sentence = f"{rows[0].label} to {rows[-1].label}: {'; '.join(ways)}."
    chart = Chart(title, sentence, "Month", names, rows)
    if chart.largest:
        yield name, chart


def _row(month: Month, figures: list[int]) -> Row:
    return Row(_name(month), figures, short=f"{month.begins:%m/%y}")


def _within(month: Month, numbers: Numbers) -> dict[str, Any]:
    """The filter for what ended in the month."""
    return {"canceled_on_from": month.begins, "canceled_on_to": min(month.ends, numbers.day)}


def _name(month: Month) -> str:
    return date_format(month.begins, "YEAR_MONTH_FORMAT")


def _count(number: int, **filters: Any) -> Value:
    return Value(f"{number:,}", listed(**filters) if number else "")


def _amounts(amounts: Counter[str], of: Counter[str] | None = None, **filters: Any) -> list[Value]:
    """One of each currency; with `of`, as a share of that currency's."""
    return [
        Value(
            _money(amount, currency) + (f" of {_money(of[currency], currency)}" if of and of[currency] else ""),
            listed(currency=currency, **filters),
        )
        for currency, amount in sorted(amounts.items())
        if amount
    ]


def _texts(amounts: Counter[str]) -> str:
    return ", ".join(_money(amount, currency) for currency, amount in sorted(amounts.items()) if amount) or "–"


def _money(amount: Any, currency: str) -> str:
    return money.formatted(money.rounded(Decimal(amount), currency), currency)


def _of(number: int, whole: int) -> str:
    return f"{number:,} of {whole:,} ({_percent(number, whole)})" if whole else f"{number:,}"


def _percent(number: int, whole: int) -> str:
    return f"{100 * number / whole:.1f} %" if whole else "–"
