"""`python -m tests.benchmarks.web.left_behind`: what customers, job and worker have left in the portal's database, as JSON."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from tests.benchmarks.web.sides import python
from tests.benchmarks.web.walks import CUSTOMER, Customer

# By customer and kind: what they did in the portal.
DONE = f"""
    SELECT u.email, e.kind, count(*) FROM subscriptions_subscriptionevent e
    JOIN subscriptions_subscription s ON s.id = e.subscription_id
    JOIN accounts_user u ON u.id = s.customer_id AND u.id = e.actor_id
    WHERE e.channel = 'portal' AND u.email LIKE '{CUSTOMER}%' GROUP BY 1, 2
    UNION ALL
    SELECT u.email, 'ticket ' || t.type, count(*) FROM support_ticket t
    JOIN support_message m ON m.ticket_id = t.id AND m.author_id = t.customer_id
    JOIN accounts_user u ON u.id = t.customer_id WHERE u.email LIKE '{CUSTOMER}%' GROUP BY 1, 2"""
# Each is 0 where nothing went wrong.
WRONG = {
    "subscriptions are still due": "SELECT count(*) FROM subscriptions_subscription WHERE due_on <= '{today}'",
    "subscriptions of the customers were not billed today": f"""
        SELECT count(*) FROM subscriptions_subscription s JOIN accounts_user u ON u.id = s.customer_id
        WHERE u.email LIKE '{CUSTOMER}%' AND 1 <> (SELECT count(*) FROM subscriptions_invoice i
            WHERE i.subscription_id = s.id AND i.issued_on = '{{today}}' AND i.status <> 'void')""",
    "changes of a subscription were made twice": """
        SELECT count(*) FROM (SELECT 1 FROM subscriptions_subscriptionevent WHERE channel = 'job' AND effective_on = '{today}'
            GROUP BY subscription_id, kind HAVING count(*) > 1) twice""",
    "numbers of invoices are missing": """
        SELECT (SELECT last_number FROM subscriptions_invoicecounter) - (SELECT count(*) FROM subscriptions_invoice)""",
    "mails failed": "SELECT count(*) FROM mail_outgoingmail WHERE state = 'failed' OR attempts > 1",
}
SENT = "SELECT count(*) FROM mail_outgoingmail WHERE state = 'sent'"


def faults(its: Mapping[str, str], customers: Sequence[Customer], mails: Sequence[str]) -> list[str]:
    """What the rows say against what the customers were told, and against the mails that came; a sentence each."""
    found = json.loads(python(its, __name__))
    return [*_acts(customers, found["done"]), *found["wrong"], *_mails(mails, found["sent"])]


def _acts(customers: Sequence[Customer], found: Sequence[tuple[str, str, int]]) -> Iterator[str]:
    told = Counter({(customer.email, what): count for customer in customers for what, count in customer.done.items()})
    done = Counter({(email, what): count for email, what, count in found})
    for email, what in sorted(told | done):
        if told[email, what] != done[email, what]:
            yield f"{email}, {what}: told {told[email, what]} times, done {done[email, what]} times"


def _mails(came: Sequence[str], sent: int) -> Iterator[str]:
    if len(came) != len(set(came)):
        yield f"{len(came) - len(set(came))} mails came twice"
    if len(set(came)) != sent:
        yield f"{sent} mails are noted as sent, and {len(set(came))} came"


def main() -> None:
    import django
    from django.db import connection

    django.setup()
    with connection.cursor() as cursor:
        cursor.execute(DONE)
        done = cursor.fetchall()
        wrong = []
        for what, statement in WRONG.items():
            cursor.execute(statement.format(today=date.today()))
            if count := cursor.fetchone()[0]:
                wrong.append(f"{count} {what}")
        cursor.execute(SENT)
        print(json.dumps({"done": done, "wrong": wrong, "sent": cursor.fetchone()[0]}))


if __name__ == "__main__":
    main()
