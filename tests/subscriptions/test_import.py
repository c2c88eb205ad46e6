import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from simple_history.utils import bulk_create_with_history

from portal_project.accounts.models import User
from products.models import Plan, Product, ResumeRule
from subscriptions.lifecycle import due
from subscriptions.models import Channel, EventKind, Invoice, Subscription, SubscriptionEvent
from subscriptions.rules.states import Status
from tests.factories import PlanFactory, UserFactory

pytestmark = pytest.mark.django_db

EXAMPLE = Path(__file__).parent.parent / "data" / "subscriptions.csv"
TODAY = date(2026, 11, 23)
RIGHT = {
    "external_id": "A-1",
    "customer_email": "ada@example.com",
    "customer_name": "Ada Ångström",
    "product": "Hosting",
    "plan": "Monthly",
    "amount": "12.50",
    "currency": "EUR",
    "interval": "month",
    "status": "active",
    "started_on": "2025-01-20",
    "billed_until": "2026-12-20",
    "billing_day": "",
    "paused_on": "",
    "resumes_on": "",
}
PAUSED = {"status": "paused", "billed_until": "2026-09-20"}
TRIALING = {"status": "trialing", "started_on": "2026-11-20", "billed_until": "2026-12-04"}

Import = Callable[..., str]


@pytest.fixture
def load(tmp_path: Path, clock: Callable[[date], None]) -> Import:
    """Import rows, each RIGHT but for what is given, or a ready file; returns what the command printed."""

    def load(*rows: dict[str, str], file: Path | None = None, on: date = TODAY) -> str:
        clock(on)
        out = StringIO()
        call_command("import_subscriptions", str(file or written(tmp_path, *rows)), stdout=out)
        return out.getvalue().strip()

    return load


@pytest.fixture
def refused(tmp_path: Path, clock: Callable[[date], None]) -> Callable[..., list[str]]:
    """Import what must be refused; returns the printed lines, the last one being the verdict."""

    def refused(*rows: dict[str, str], file: Path | None = None) -> list[str]:
        clock(TODAY)
        err = StringIO()
        with pytest.raises(CommandError) as error:
            call_command("import_subscriptions", str(file or written(tmp_path, *rows)), stderr=err)
        assert not Subscription.objects.exists()
        assert not Product.objects.exists()
        return [*err.getvalue().splitlines(), str(error.value)]

    return refused


def written(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, RIGHT)
        writer.writeheader()
        writer.writerows({**RIGHT, "external_id": f"A-{n}", **row} for n, row in enumerate(rows, start=1))
    return path


def raw(folder: Path, content: str | bytes) -> Path:
    path = folder / "raw.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def text(*lines: dict[str, str], delimiter: str = ",") -> str:
    return "\n".join(delimiter.join(line) for line in [RIGHT.keys(), *(line.values() for line in lines)]) + "\n"


# What an import makes


def test_an_active_row_becomes_a_subscription_with_its_product_plan_and_customer(load):
    assert load({}) == ("Imported 1 subscription (1 new customer, 1 new product, 1 new plan); 0 were already there.")
    subscription = Subscription.objects.get(external_id="A-1")
    assert subscription.customer.email == "ada@example.com"
    assert subscription.customer.name == "Ada Ångström"
    assert not subscription.customer.has_usable_password()
    assert subscription.plan.product.name == "Hosting"
    assert subscription.plan.price == subscription.price == "€12.50 / month"
    assert subscription.status == Status.ACTIVE
    assert subscription.anchor_on == subscription.period_end == subscription.due_on == date(2026, 12, 20)
    assert subscription.period_start == date(2026, 11, 20)
    assert subscription.number.startswith("S-")


def test_the_history_tells_where_a_subscription_comes_from(load):
    load({})
    event = SubscriptionEvent.objects.get()
    assert (event.kind, event.channel, event.effective_on) == (EventKind.IMPORTED, Channel.IMPORT, TODAY)


def test_a_new_product_and_plan_have_a_history_too(load):
    load({})
    assert Product.history.count() == Plan.history.count() == 1


def test_customers_are_matched_by_address_in_any_case(load):
    known = UserFactory(email="Ada@Example.com", name="Countess")
    load({"customer_email": "ADA@example.com"}, {"customer_email": " ada@EXAMPLE.com "})
    assert known.subscriptions.count() == 2
    known.refresh_from_db()
    assert known.name == "Countess"


def test_a_product_and_a_plan_that_exist_are_used_and_stay_as_they_are(load):
    plan = PlanFactory(product__name="Hosting", name="Monthly", amount=Decimal("15.00"))
    assert "0 new products, 0 new plans" in load({"amount": "12.50"})
    subscription = Subscription.objects.get()
    assert subscription.plan == plan
    assert subscription.amount == Decimal("12.50")
    plan.refresh_from_db()
    assert plan.amount == Decimal("15.00")


def test_a_new_plan_takes_the_price_of_its_first_row(load):
    load({"amount": "12.50"}, {"amount": "9.00", "interval": "3 months"})
    plan = Plan.objects.get()
    assert (plan.amount, plan.interval, plan.interval_count) == (Decimal("12.50"), "month", 1)
    cheaper = Subscription.objects.get(external_id="A-2")
    assert (cheaper.amount, cheaper.interval, cheaper.interval_count) == (Decimal("9.00"), "month", 3)


@pytest.mark.parametrize(
    ("interval", "count_and_unit", "period_start"),
    [
        ("month", ("month", 1), date(2026, 11, 20)),
        ("3 months", ("month", 3), date(2026, 9, 20)),
        ("1 month", ("month", 1), date(2026, 11, 20)),
        ("year", ("year", 1), date(2025, 12, 20)),
        ("week", ("week", 1), date(2026, 12, 13)),
        ("10 days", ("day", 10), date(2026, 12, 10)),
    ],
)
def test_the_interval_says_where_the_billed_period_began(load, interval, count_and_unit, period_start):
    load({"interval": interval})
    subscription = Subscription.objects.get()
    assert (subscription.interval, subscription.interval_count) == count_and_unit
    assert subscription.period_start == period_start


def test_the_billed_period_begins_no_earlier_than_the_subscription(load):
    load({"started_on": "2026-11-22"})
    assert Subscription.objects.get().period_start == date(2026, 11, 22)


def test_a_trial_lasts_from_the_start_to_the_billed_end(load):
    load(TRIALING)
    subscription = Subscription.objects.get()
    assert subscription.status == Status.TRIALING
    assert subscription.period_start == date(2026, 11, 20)
    assert subscription.anchor_on == subscription.period_end == date(2026, 12, 4)


def test_a_paused_row_is_paused_since_the_import_unless_it_says_since_when(load):
    load(PAUSED, PAUSED | {"paused_on": "2026-09-01", "resumes_on": "2027-01-05"})
    first, second = Subscription.objects.order_by("external_id")
    assert (first.paused_on, first.resumes_on) == (TODAY, None)
    assert (second.paused_on, second.resumes_on) == (date(2026, 9, 1), date(2027, 1, 5))


def test_an_imported_pause_ends_by_the_rule_of_its_product_and_is_not_the_customers_own(load):
    PlanFactory(product__name="Hosting", product__resume_rule=ResumeRule.GIVE_BACK)
    load(PAUSED)
    subscription = Subscription.objects.get()
    assert subscription.pause_resume_rule == ResumeRule.GIVE_BACK
    assert not subscription.pause_is_own


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("1980", "JPY"), ("17.875", "KWD"), ("0", "EUR"), ("1.99", "RSD"), ("12.5", "USD"), ("3", "gbp")],
)
def test_an_amount_has_the_digits_of_its_currency(load, amount, currency):
    load({"amount": amount, "currency": currency})
    subscription = Subscription.objects.get()
    assert (subscription.amount, subscription.currency) == (Decimal(amount), currency.upper())


# The billing day


@pytest.mark.parametrize(
    ("row", "anchor", "next_end"),
    [
        ({"billed_until": "2027-02-28", "billing_day": "31"}, date(2027, 1, 31), date(2027, 3, 31)),
        ({"billed_until": "2027-02-28", "billing_day": "28"}, date(2027, 2, 28), date(2027, 3, 28)),
        ({"billed_until": "2027-02-28"}, date(2027, 2, 28), date(2027, 3, 28)),
        (
            {"billed_until": "2027-02-28", "billing_day": "31", "interval": "3 months"},
            date(2026, 8, 31),
            date(2027, 5, 31),
        ),
        (
            {"billed_until": "2027-02-28", "billing_day": "29", "interval": "year"},
            date(2024, 2, 29),
            date(2028, 2, 29),
        ),
    ],
)
def test_the_billing_day_leads_on_past_a_short_month(load, row, anchor, next_end):
    load(row)
    subscription = Subscription.objects.get()
    assert subscription.anchor_on == anchor
    due.apply(subscription.period_end)
    assert Invoice.objects.get().covers_to == next_end


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            {"billing_day": "15"},
            "15 does not lead to billed_until 2026-12-20; write 20",
        ),
        (
            {"billed_until": "2027-02-28", "billing_day": "27"},
            "27 does not lead to billed_until 2027-02-28; write 28, 29, 30 or 31",
        ),
        (
            {"billed_until": "2027-02-28", "billing_day": "31", "interval": "year"},
            "31 does not lead to billed_until 2027-02-28; write 28 or 29",
        ),
        (
            {"billed_until": "2028-02-28", "billing_day": "29", "interval": "year"},
            "29 does not lead to billed_until 2028-02-28; write 28",
        ),
        (
            {"billing_day": "20", "interval": "week"},
            "20 should be empty: days and weeks have no billing day",
        ),
        (
            {"billing_day": "32"},
            '"32" is not a day of the month; write a number from 1 to 31',
        ),
    ],
)
def test_a_billing_day_that_does_not_fit_names_the_one_that_does(refused, row, expected):
    assert refused(row)[0] == f"line 2, column billing_day: {expected}"


# What is billed


def test_nothing_is_billed_on_the_day_of_the_import(load):
    load({}, PAUSED, TRIALING, {"billed_until": "2026-11-24"})
    due.apply(TODAY)
    assert not Invoice.objects.exists()


def test_the_first_invoice_covers_the_days_from_the_billed_end(load):
    load({})
    due.apply(date(2026, 12, 21))
    invoice = Invoice.objects.get()
    assert (invoice.covers_from, invoice.covers_to) == (date(2026, 12, 20), date(2027, 1, 20))
    assert invoice.amount == Decimal("12.50")


def test_a_trial_is_first_billed_when_it_ends(load):
    load(TRIALING)
    due.apply(date(2026, 12, 4))
    invoice = Invoice.objects.get()
    assert (invoice.covers_from, invoice.covers_to) == (date(2026, 12, 4), date(2027, 1, 4))


@pytest.mark.parametrize("rule", ResumeRule.values)
def test_a_pause_that_outlived_its_billed_days_is_billed_from_the_day_it_ends(load, rule):
    PlanFactory(product__name="Hosting", product__resume_rule=rule)
    load(PAUSED | {"paused_on": "2026-10-01", "resumes_on": "2026-12-01"})
    due.apply(date(2026, 12, 1))
    assert Invoice.objects.get().covers_from == date(2026, 12, 1)


# The same file again


def test_the_same_file_twice_changes_nothing(load):
    load(file=EXAMPLE)
    before = list(Subscription.objects.order_by("pk").values())
    assert load(file=EXAMPLE) == (
        "Imported 0 subscriptions (0 new customers, 0 new products, 0 new plans); 200 were already there."
    )
    assert list(Subscription.objects.order_by("pk").values()) == before
    assert SubscriptionEvent.objects.count() == 206


def test_the_same_file_a_month_later_changes_nothing(load):
    load({}, PAUSED, TRIALING)
    due.apply(date(2026, 12, 23))
    before = list(Subscription.objects.order_by("pk").values())
    assert "3 were already there" in load({}, PAUSED, TRIALING, on=date(2026, 12, 23))
    assert list(Subscription.objects.order_by("pk").values()) == before


def test_a_row_that_is_already_there_stays_as_it_is_beside_new_ones(load):
    load({})
    assert "Imported 1 subscription " in load({"amount": "99.00", "status": "paused"}, {})
    assert Subscription.objects.get(external_id="A-1").amount == Decimal("12.50")


# Errors


def test_all_errors_come_at_once_by_line_and_nothing_is_written(refused):
    assert refused({}, {"amount": "12,50", "currency": "EURO"}, {}, {"status": "late"}) == [
        'line 3, column amount: "12,50" is not an amount; write it like 12.50',
        'line 3, column currency: "EURO" is not a currency; write its code like EUR',
        'line 5, column status: "late" is not a status that can be imported; write active, paused or trialing',
        "3 errors in 2 of 4 rows; nothing was written.",
    ]
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [
        ({"external_id": ""}, "external_id", "an ID is missing; give each subscription an ID of its own"),
        ({"customer_email": "ada"}, "customer_email", '"ada" is not an e-mail address; write it like ada@example.com'),
        ({"product": " "}, "product", "a product is missing; write the name of what is sold"),
        ({"plan": "x" * 101}, "plan", f'"{"x" * 59}…" has 101 characters; at most 100 fit'),
        ({"amount": "-5"}, "amount", '"-5" is not an amount; write it like 12.50'),
        ({"amount": "1e3"}, "amount", '"1e3" is not an amount; write it like 12.50'),
        ({"amount": "12.505"}, "amount", '"12.505" has too many digits after the point; EUR has 2'),
        ({"amount": "9.5", "currency": "JPY"}, "amount", '"9.5" has too many digits after the point; JPY has 0'),
        ({"interval": "quarter"}, "interval", '"quarter" is not an interval; write it like month, 3 months or year'),
        ({"interval": "0 months"}, "interval", '"0 months" is not an interval; write it like month, 3 months or year'),
        (
            {"status": "canceled"},
            "status",
            '"canceled" is not a status that can be imported; write active, paused or trialing',
        ),
        ({"started_on": "20.1.2025"}, "started_on", '"20.1.2025" is not a date; write it like 2026-11-23'),
        ({"started_on": "2025-02-29"}, "started_on", '"2025-02-29" is not a date; write it like 2026-11-23'),
        ({"billed_until": "9999-12-31"}, "billed_until", '"9999-12-31" is not a date; write it like 2026-11-23'),
        ({"started_on": "2026-11-24"}, "started_on", "2026-11-24 should not be after today, 2026-11-23"),
        (
            {"billed_until": "2026-11-23"},
            "billed_until",
            "2026-11-23 should be after today, 2026-11-23: bill what is due in the old system first",
        ),
        (
            TRIALING | {"billed_until": "2026-11-22"},
            "billed_until",
            "2026-11-22 should be after today, 2026-11-23: it is the day the trial ends",
        ),
        (
            PAUSED | {"billed_until": "2025-01-20"},
            "billed_until",
            "2025-01-20 should be after started_on, 2025-01-20",
        ),
        ({"paused_on": "2026-11-01"}, "paused_on", "2026-11-01 should be empty: only a paused row has it"),
        ({"resumes_on": "2027-01-01"}, "resumes_on", "2027-01-01 should be empty: only a paused row has it"),
        (PAUSED | {"paused_on": "2026-11-24"}, "paused_on", "2026-11-24 should not be after today, 2026-11-23"),
        (PAUSED | {"paused_on": "2025-01-19"}, "paused_on", "2025-01-19 should not be before started_on, 2025-01-20"),
        (PAUSED | {"resumes_on": "2026-11-23"}, "resumes_on", "2026-11-23 should be after today, 2026-11-23"),
    ],
)
def test_an_error_names_its_column_and_what_was_expected(refused, row, column, expected):
    assert refused(row) == [
        f"line 2, column {column}: {expected}",
        "1 error in 1 of 1 row; nothing was written.",
    ]


def test_an_id_may_come_only_once(refused):
    expected = 'line 4, column external_id: "A-1" is already on line 2; give each subscription an ID of its own'
    assert refused({}, {}, {"external_id": "A-1"})[0] == expected


def test_a_member_of_staff_is_no_customer(refused):
    UserFactory(email="Sam@example.com", is_staff=True)
    assert refused({"customer_email": "sam@Example.com"})[0] == (
        'line 2, column customer_email: "sam@example.com" belongs to a member of staff; write a customer\'s address'
    )


# Stopped half-way


AGAIN = "Import the same file again: it goes on where this stopped."
ROWS = [{"customer_email": f"{n}@example.com", "plan": f"P{n // 600}"} for n in range(1201)]


@pytest.fixture
def stop_at(monkeypatch):
    """Let something go wrong just after the plan of that name is made."""

    def stop_at(plan: str, error: BaseException) -> None:
        def make(rows: list[Plan], model: type[Plan]) -> None:
            bulk_create_with_history(rows, model)
            if plan in [row.name for row in rows]:
                raise error

        monkeypatch.setattr("subscriptions.importing.writing.bulk_create_with_history", make)

    return stop_at


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (OperationalError("disk full"), 1, "Stopped by an error (OperationalError: disk full)."),
        (KeyboardInterrupt(), 130, "Stopped by you."),
    ],
)
def test_a_failure_leaves_whole_batches_and_the_same_file_goes_on(load, stop_at, monkeypatch, error, status, reason):
    stop_at("P1", error)
    with pytest.raises(CommandError) as stopped:
        load(*ROWS)
    written = Subscription.objects.count()
    assert written == Subscription.objects.filter(plan__name="P0").count() >= 500
    assert (str(stopped.value), stopped.value.returncode) == (
        f"{reason} Everything up to line {written + 1} is written. {AGAIN}",
        status,
    )
    assert not User.objects.filter(email="600@example.com").exists()
    monkeypatch.undo()
    assert load(*ROWS) == (
        f"Imported {1201 - written} subscriptions ({1201 - written} new customers, 0 new products, 2 new plans); "
        f"{written} were already there."
    )
    assert Subscription.objects.count() == SubscriptionEvent.objects.count() == User.objects.count() == 1201


def test_a_failure_in_the_first_batch_leaves_nothing(load, stop_at):
    stop_at("P0", OperationalError("disk full"))
    with pytest.raises(CommandError, match="Nothing was written"):
        load(*ROWS)
    assert not Product.objects.exists()


def test_an_import_that_another_one_overtook_says_so(load, monkeypatch):
    load({})
    monkeypatch.setattr("subscriptions.importing.checking._already_there", lambda lines: set())
    with pytest.raises(CommandError, match="Another import ran at the same time"):
        load({})
    assert Subscription.objects.count() == 1


# Files


@pytest.mark.parametrize(
    "content",
    [
        text(RIGHT, delimiter=";"),
        text(RIGHT, delimiter="\t").encode("utf-16"),
        text(RIGHT).encode("windows-1252"),
        (text(RIGHT).replace("\n", "\r\n") + "\r\n" + "," * 13 + "\r\n").encode("utf-8-sig"),
        "\n" + text(RIGHT, delimiter=";").replace("\n", ";;;\n"),
    ],
    ids=["semicolons", "tabs in UTF-16", "Windows-1252", "Windows line ends", "empty columns"],
)
def test_a_file_is_read_however_a_spreadsheet_wrote_it(load, tmp_path, content):
    load(file=raw(tmp_path, content))
    assert Subscription.objects.get().customer.name == "Ada Ångström"


def test_columns_come_in_any_order_and_optional_ones_may_be_left_out(load, tmp_path):
    needed = {name: RIGHT[name] for name in reversed(RIGHT) if RIGHT[name] and name != "customer_name"}
    load(file=raw(tmp_path, ",".join(needed) + "\n" + ",".join(needed.values())))
    assert Subscription.objects.get().customer.name == ""


def test_a_line_number_counts_line_breaks_within_cells(refused):
    lines = refused({"customer_name": "Ada\nÅngström"}, {"amount": "free"})
    assert lines[0] == 'line 4, column amount: "free" is not an amount; write it like 12.50'


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "The file is empty."),
        (text(), "The file has a header, but no lines below it."),
        (
            ",".join(RIGHT.values()),
            "The first line is not a header; it should name these columns: customer_email, external_id, ",
        ),
        (text(RIGHT).replace("amount", "price"), "Unknown columns: price. Missing columns: amount."),
        (text(RIGHT).replace("plan", "product"), "Columns there more than once: product. Missing columns: plan."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(refused, tmp_path, content, expected):
    (message,) = refused(file=raw(tmp_path, content))
    assert expected in message


def test_a_missing_file_is_refused_in_words(refused, tmp_path):
    assert refused(file=tmp_path / "none.csv") == [f"{tmp_path}/none.csv cannot be read: No such file or directory."]


def test_a_row_with_too_many_or_too_few_cells_is_an_error(refused, tmp_path):
    content = text(RIGHT) + "A-2,ada@example.com\n" + ",".join(RIGHT.values()) + ",more\n"
    assert refused(file=raw(tmp_path, content)) == [
        "line 3: 2 cells; expected 14, as many as the header names",
        "line 4: 15 cells; expected 14, as many as the header names",
        "2 errors in 2 of 3 rows; nothing was written.",
    ]


def test_a_quotation_mark_without_its_pair_is_an_error_of_its_line_alone(refused, tmp_path):
    broken = RIGHT | {"external_id": "A-2", "customer_name": '"Ada', "amount": "free"}
    assert refused(file=raw(tmp_path, text(RIGHT, broken, RIGHT | {"external_id": "A-3", "amount": "free"}))) == [
        "line 3: a quotation mark is missing or out of place",
        'line 4, column amount: "free" is not an amount; write it like 12.50',
        "2 errors in 2 of 3 rows; nothing was written.",
    ]


# The example, and size


def test_the_example_imports_as_it_is(load):
    assert load(file=EXAMPLE) == (
        "Imported 200 subscriptions, 6 with their ends (124 new customers, 5 new products, 16 new plans); 0 were already there."
    )
    assert set(Subscription.objects.values_list("status", flat=True)) == {"active", "paused", "trialing"}
    assert set(Subscription.objects.values_list("currency", flat=True)) == {"EUR", "GBP", "JPY", "KWD", "USD"}


def test_two_hundred_rows_read_as_often_as_fifty(load):
    def rows(name: str, count: int) -> list[dict[str, str]]:
        return [
            {"external_id": f"{name}-{n}", "customer_email": f"{name}{n}@example.com", "product": name, "plan": f"P{n}"}
            for n in range(count)
        ]

    with CaptureQueriesContext(connection) as few:
        load(*rows("few", 50))
    with CaptureQueriesContext(connection) as many:
        load(*rows("many", 200))
    # SQLite takes about a thousand values at once, so it alone splits an insert; PostgreSQL reads two sequences besides.
    # One of them looks which numbers of customers are taken.
    assert reads(many) == reads(few) <= (11 if connection.vendor == "postgresql" else 9)
    assert len(many) <= 2 * len(few)


def reads(queries: CaptureQueriesContext) -> int:
    return sum(query["sql"].startswith("SELECT") for query in queries)
