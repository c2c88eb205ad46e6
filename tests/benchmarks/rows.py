"""A million subscriptions in a minute, by `INSERT … SELECT FROM generate_series`.

Groups fall due on five days in a row, with the same mixture, and the rest later: one for each thing that is measured.
Of twenty rows in a group one ends, one resumes (half of these are then billed a gap by days), and eighteen renew.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from portal_project.accounts.models import User
from products.models import Plan, Product
from subscriptions.models import Invoice, InvoiceCounter, Subscription, SubscriptionEvent
from tests.benchmarks.filling import fill

PRODUCTS = 10
CURRENCIES = ("EUR", "JPY", "USD")


@dataclass(frozen=True)
class Days:
    """On which day each group is due. Days up to the 28th stand in every month, so no boundary is clamped."""

    job: date

    @classmethod
    def before(cls, today: date) -> "Days":
        last = today if today.day >= 21 else today.replace(day=1) - timedelta(days=1)
        return cls(last.replace(day=20))

    @property
    def floor_again(self) -> date:
        return self.job + timedelta(days=1)

    @property
    def floor(self) -> date:
        return self.job - timedelta(days=1)

    @property
    def loop(self) -> date:
        return self.job - timedelta(days=2)

    @property
    def compared(self) -> date:
        return self.job - timedelta(days=3)


def make(days: Days, *, subscriptions: int, due: int, in_loop: int, compared: int) -> None:
    every = subscriptions // due
    if every < 5:
        raise SystemExit("--due should be at most a fifth of --subscriptions.")
    _make_plans()
    customers = max(1, subscriptions // 4)
    fill(
        User(email="", name="", password="!"),
        {
            "number": "'C-' || lpad(upper(to_hex(n)), 6, '0')",
            "email": "'customer' || n || '@example.com'",
            "name": "'Customer ' || n",
        },
        f"generate_series(1, {customers}) n",
    )
    group = f"""
        SELECT n, n / {every} AS m, CASE
            WHEN n % {every} = 0 THEN date '{days.job}'
            WHEN n % {every} = 1 AND n / {every} / 40 % 2 = 0 THEN date '{days.floor}'
            WHEN n % {every} = 1 THEN date '{days.floor_again}'
            WHEN n % {every} = 2 AND n / {every} <= {in_loop} THEN date '{days.loop}'
            WHEN n % {every} = 3 AND n / {every} <= {compared} THEN date '{days.compared}'
            ELSE date '{days.job}' + 2 + n % 26 END AS day
        FROM generate_series({every}, {subscriptions + every - 1}) n
    """
    # A late day of a month is nobody's anchor here; those rows are not due and only have to be consistent.
    source = f"""(
        SELECT grouped.*, CASE WHEN NOT is_paused THEN day WHEN m % 40 = 1 THEN day - 5 ELSE day + 7 END AS billed_until
        FROM (SELECT *, m % 20 = 1 AND day <= date '{days.floor_again}' AS is_paused,
                     m % 20 = 0 AND day <= date '{days.floor_again}' AS ends FROM ({group}) numbered) grouped
    ) r JOIN products_plan p ON p.id = (SELECT min(id) FROM products_plan) + m % {PRODUCTS * 2}"""
    months = "CASE WHEN p.interval = 'year' THEN 12 ELSE 1 END"
    fill(
        Subscription(customer_id=0, plan_id=0, started_on=days.job, pause_resume_rule="", status="active"),
        {
            "number": "'S-' || lpad(upper(to_hex(n)), 6, '0')",
            "customer_id": f"(SELECT min(id) FROM accounts_user) + n % {customers}",
            "plan_id": "p.id",
            "amount": "p.amount",
            "currency": "p.currency",
            "interval": "p.interval",
            "interval_count": "p.interval_count",
            "status": "CASE WHEN is_paused THEN 'paused' ELSE 'active' END",
            "started_on": f"billed_until - make_interval(months => ({months}) * (1 + n % 3))",
            "anchor_on": f"billed_until - make_interval(months => ({months}) * (1 + n % 3))",
            "period_start": f"billed_until - make_interval(months => {months})",
            "period_end": "billed_until",
            "paused_on": "CASE WHEN is_paused THEN day - 10 END",
            "resumes_on": "CASE WHEN is_paused THEN day END",
            "pause_resume_rule": "CASE WHEN is_paused THEN 'keep' ELSE '' END",
            "pause_is_own": "is_paused",
            "cancels_on": "CASE WHEN ends THEN day END",
            "due_on": "day",
        },
        source,
    )
    _make_past(days)


def _make_plans() -> None:
    """Monthly and yearly ones, in three currencies."""
    for number in range(PRODUCTS):
        product = Product.objects.create(name=f"Hosting {number}", tax_rate=Decimal("19.00"))
        currency = CURRENCIES[number % len(CURRENCIES)]
        price = Decimal(1000 + 37 * number)
        Plan.objects.create(product=product, name="Monthly", amount=price, currency=currency, interval="month")
        Plan.objects.create(product=product, name="Yearly", amount=10 * price, currency=currency, interval="year")


def _make_past(days: Days) -> None:
    """Each subscription's first event and its last invoice, so that the indexes have their size."""
    table = Subscription._meta.db_table
    fill(
        SubscriptionEvent(subscription_id=0, kind="started", channel="import", effective_on=days.job),
        {"subscription_id": "s.id", "effective_on": "s.started_on"},
        f"{table} s",
    )
    fill(
        Invoice(
            subscription_id=0,
            number=0,
            covers_from=days.job,
            covers_to=days.job,
            amount=0,
            currency="",
            status="paid",
            issued_on=days.job,
            due_on=days.job,
        ),
        {
            "subscription_id": "s.id",
            "number": "s.id",
            "covers_from": "s.period_start",
            "covers_to": "s.period_end",
            "amount": "s.amount",
            "currency": "s.currency",
        },
        f"{table} s",
    )
    InvoiceCounter.objects.create(pk=1, last_number=Subscription.objects.order_by("pk").last().pk)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
