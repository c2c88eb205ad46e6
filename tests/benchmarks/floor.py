"""The floor: what PostgreSQL needs for the same work by set-based SQL, 5,000 rows a chunk, locked with SKIP LOCKED.

It knows only what `rows` makes: ends, resumes that keep the billing day, gaps billed by days, and full periods without
discounts. The real rules live in `subscriptions`; `job` checks on every run that both leave the same rows.
"""

from datetime import date, timedelta

from django.conf import settings
from django.db import connection, transaction

from portal_project.accounts.models import Merchant
from portal_project.mail.models import OutgoingMail
from subscriptions.models import Invoice, SubscriptionEvent
from tests.benchmarks.filling import insert_select

CHUNK = 5000

CHOSEN = """
chosen AS MATERIALIZED (
    SELECT s.*, p.name AS plan_name, q.name AS product_name, q.tax_rate, u.name AS customer_name, u.email,
           s.cancels_on <= %(today)s AS ends,
           coalesce(s.status = 'paused' AND s.resumes_on <= %(today)s, false) AS resumes,
           coalesce(s.status = 'paused' AND s.resumes_on > s.period_end, false) AS has_gap,
           CASE WHEN s.interval = 'year' THEN 12 ELSE 1 END * s.interval_count AS months
    FROM subscriptions_subscription s
    JOIN products_plan p ON p.id = s.plan_id JOIN products_product q ON q.id = p.product_id
    JOIN accounts_user u ON u.id = s.customer_id
    WHERE s.due_on <= %(today)s AND s.id > %(last)s ORDER BY s.id LIMIT %(chunk)s FOR UPDATE OF s SKIP LOCKED
), bounded AS (
    SELECT chosen.*, CASE WHEN has_gap THEN resumes_on ELSE period_end END AS covers_from,
           (anchor_on + make_interval(months => periods * months))::date AS period_began,
           (anchor_on + make_interval(months => (periods + 1) * months))::date AS covers_to,
           CASE currency WHEN 'JPY' THEN 0 WHEN 'KWD' THEN 3 ELSE 2 END AS digits
    FROM chosen, LATERAL (SELECT (extract(year FROM age(period_end, anchor_on)) * 12
                                  + extract(month FROM age(period_end, anchor_on)))::int / months AS periods) counted
), due AS MATERIALIZED (
    SELECT bounded.*, coalesce(NOT ends, true) AND covers_from <= %(today)s AS bills,
           price - CASE WHEN has_gap THEN
               round(price * (covers_from - period_began) / (covers_to - period_began), digits) ELSE 0 END AS billed
    FROM bounded, LATERAL (SELECT bounded.amount AS price) priced
), changed AS (
    UPDATE subscriptions_subscription s SET
        status = CASE WHEN ends THEN 'canceled' ELSE 'active' END,
        canceled_on = CASE WHEN ends THEN due.cancels_on END,
        cancels_on = NULL, paused_on = NULL, resumes_on = NULL, pause_resume_rule = '', pause_is_own = false,
        period_start = CASE WHEN bills THEN covers_from ELSE due.period_start END,
        period_end = CASE WHEN bills THEN covers_to ELSE due.period_end END,
        due_on = CASE WHEN ends THEN NULL WHEN bills THEN covers_to ELSE due.period_end END
    FROM due WHERE s.id = due.id
)"""

EVENTS = """(
    SELECT id, 'canceled' AS kind, cancels_on AS day, jsonb_build_object(
        'status', jsonb_build_array(status, 'canceled'), 'canceled_on', jsonb_build_array(NULL, cancels_on),
        'cancels_on', jsonb_build_array(cancels_on, NULL)) AS changes FROM due WHERE ends
    UNION ALL
    SELECT id, 'resumed', resumes_on, jsonb_build_object(
        'status', jsonb_build_array(status, 'active'), 'paused_on', jsonb_build_array(paused_on, NULL),
        'resumes_on', jsonb_build_array(resumes_on, NULL), 'pause_is_own', jsonb_build_array(true, false),
        'pause_resume_rule', jsonb_build_array(pause_resume_rule, ''))
        || CASE WHEN has_gap THEN jsonb_build_object('period_start', jsonb_build_array(period_start, resumes_on),
                                                     'period_end', jsonb_build_array(period_end, resumes_on))
           ELSE '{}' END FROM due WHERE resumes
    UNION ALL
    SELECT id, 'renewed', covers_from, jsonb_build_object(
        'period_end', jsonb_build_array(CASE WHEN has_gap THEN covers_from ELSE period_end END, covers_to),
        'amount', jsonb_build_array(NULL, billed::text))
        || CASE WHEN has_gap THEN '{}'
           ELSE jsonb_build_object('period_start', jsonb_build_array(period_start, covers_from)) END
    FROM due WHERE bills
) happened"""

# What a mail names is what stood right after its event: a resume comes before the invoice that closes its gap.
BILLED_UNTIL = "CASE WHEN resumes THEN greatest(period_end, resumes_on) ELSE period_end END"
DAY = "trim(to_char({}, 'FMDD FMMonth YYYY'))"


def run(today: date) -> int:
    """Bring everything up to date as of today and return how many rows there were."""
    merchant, done, last = Merchant.load(), 0, 0
    while True:
        rows, last = _chunk(today, last, merchant)
        if not rows:
            return done
        done += rows


def _chunk(today: date, last: int, merchant: Merchant) -> tuple[int, int]:
    statement, values = _statement(today, merchant)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values | {"today": today, "last": last, "chunk": CHUNK})
        rows, last, ended = cursor.fetchone()
        if ended:
            cursor.execute(
                "UPDATE subscriptions_invoice SET status = 'void' WHERE status = 'open' AND covers_from = %s "
                "AND subscription_id = ANY(%s)",
                [today, ended],
            )
    return rows, last or 0


def _statement(today: date, merchant: Merchant) -> tuple[str, dict[str, object]]:
    """One statement for a chunk: what it inserts are data-modifying parts of it."""
    parts = {
        "event": _events(today),
        "mail": _mails(),
        "invoice": _invoices(today, merchant),
    }
    values: dict[str, object] = {}
    written = []
    for name, (insert, constants) in parts.items():
        for number, value in enumerate(constants):
            insert = insert.replace("%s", f"%({name}{number})s", 1)
            values[f"{name}{number}"] = value
        written.append(f"{name} AS ({insert}{' RETURNING id, subscription_id, kind' if name == 'event' else ''})")
    counter = (
        "counter AS (UPDATE subscriptions_invoicecounter SET last_number = last_number + "
        "(SELECT count(*) FROM due WHERE bills) RETURNING last_number - (SELECT count(*) FROM due WHERE bills) AS taken)"
    )
    answer = "SELECT count(*), max(id), array_agg(id) FILTER (WHERE ends) FROM due"
    return f"WITH {', '.join([CHOSEN.strip(), written[0], written[1], counter, written[2]])} {answer}", values


def _events(today: date) -> tuple[str, list[object]]:
    sample = SubscriptionEvent(subscription_id=0, kind="", channel="job", effective_on=today)
    known = {"subscription_id": "id", "kind": "kind", "effective_on": "day", "changes": "changes"}
    return insert_select(sample, known, EVENTS)


def _mails() -> tuple[str, list[object]]:
    context = f"""jsonb_build_object(
        'name', customer_name, 'product', product_name,
        'number', due.number, 'billed_until', {DAY.format(BILLED_UNTIL)},
        'url', '{settings.PORTAL_URL}/subscriptions/' || due.number || '/', 'pauses_on', '', 'resumes_on', '',
        'effective_on', {DAY.format("CASE WHEN ends THEN cancels_on ELSE resumes_on END")})"""
    known = {
        "key": "'event:' || event.id || ':' || event.kind",
        "thread": "due.number",
        "recipient": "email",
        "template": "CASE event.kind WHEN 'canceled' THEN 'subscriptions/ended' ELSE 'subscriptions/resumed' END",
        "context": context,
    }
    source = "event JOIN due ON due.id = event.subscription_id WHERE event.kind IN ('canceled', 'resumed')"
    return insert_select(OutgoingMail(), known, source)


def _invoices(today: date, merchant: Merchant) -> tuple[str, list[object]]:
    sample = Invoice(
        subscription_id=0,
        number=0,
        covers_from=today,
        covers_to=today,
        amount=0,
        currency="",
        issued_on=today,
        due_on=today + timedelta(days=merchant.payment_days),
        seller=merchant.seller,
        payment_instructions=merchant.payment_instructions,
    )
    known = {
        "number": "counter.taken + row_number() OVER (ORDER BY due.id)",
        "subscription_id": "due.id",
        "covers_from": "covers_from",
        "covers_to": "covers_to",
        "amount": "billed",
        "currency": "currency",
        "tax_rate": "tax_rate",
        "buyer": r"customer_name || E'\n' || email",
        "lines": """jsonb_build_array(jsonb_build_object(
            'kind', CASE WHEN has_gap THEN 'gap' ELSE 'full' END, 'product', product_name, 'plan', plan_name,
            'days', covers_to - covers_from, 'of', covers_to - period_began,
            'amount', round(billed, digits)::text))""",
    }
    return insert_select(sample, known, "due, counter WHERE bills")
