"""What is found does not depend on how it is written, nor on the database."""

from datetime import date
from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal_project.accounts.models import User
from portal_project.common import bulk
from products.models import Plan, Product
from subscriptions.models import Invoice, Subscription
from support.models import Message, SavedReply, Ticket
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, UserFactory, started
from tests.pages import confirm

QUEUE = "/admin/support/ticket/"
# What was written, and what somebody types to find it.
FOUND = [
    ("हिन्दी में लिखा", "हिन्दी"),
    ("हिन्दी में लिखा", "में"),
    ("Albrecht DÜRER", "dürer"),
    ("Albrecht Dürer", "DÜRER"),
    ("Albrecht Du\u0308rer", "Dürer"),
    ("Albrecht Dürer", "du\u0308rer"),
    ("Frau Müller", "Muller"),
    ("Frau Muller", "müller"),
    ("Η Οδύσσεια", "οδυσσεια"),
    ("Η ΟΔΥΣΣΕΙΑ", "Οδύσσεια"),
    ("Ёлка", "ЕЛКА"),
    ("مُحَمَّد", "محمد"),
    ("שָׁלוֹם", "שלום"),
    ("ทีมงานที่ดีของเรา", "ที่ดี"),
    ("支払い方法について", "方法"),
    ("支払い方法について", "法"),
    ("한국어로썼어요", "국어"),
    ("Hauptstraße", "strasse"),
    ("the mailboxes", "ilbox"),
    ("the mailboxes", "ma th"),
    ("at shop.example.com.", "shop.example.com"),
    ("a hid\u00adden word", "hidden"),
    ("Ｆｕｌｌ ｗｉｄｔｈ", "full width"),
]

pytestmark = pytest.mark.django_db


def subjects(client, term):
    return [row.subject for row in client.get(QUEUE, {"q": term}).context["rows"]]


@pytest.mark.parametrize(("written", "typed"), FOUND)
def test_the_queue_finds_it_in_a_subject_a_name_and_a_message(as_agent, alice, bob, written, typed):
    Ticket.objects.create(customer=alice, subject=written)
    mine = Ticket.objects.create(customer=UserFactory(name=written), subject="By a person")
    Message.objects.create(ticket=Ticket.objects.create(customer=bob, subject="In a message"), author=bob, body=written)
    Message.objects.create(ticket=mine, author=bob, body="Something else")
    Ticket.objects.create(customer=bob, subject="Something else")
    shown = subjects(as_agent, typed)
    assert len(shown) == 3
    assert {"By a person", "In a message"} < set(shown)


@pytest.mark.parametrize("typed", ["iler", "हिदी", "ब", "払支", "%", "_", "the!", "Mülleer"])
def test_what_is_not_there_is_not_found(as_agent, alice, typed):
    Ticket.objects.create(customer=alice, subject="Frau Müller: हिन्दी 支払い, mailer")
    assert subjects(as_agent, typed) == (["Frau Müller: हिन्दी 支払い, mailer"] if typed == "iler" else [])


@pytest.mark.sampled
@pytest.mark.parametrize(("written", "typed"), FOUND)
def test_the_admins_lists_find_it_too(admin_client, clock, written, typed):
    clock(date(2026, 4, 5))
    plan = PlanFactory(product=ProductFactory(name=written))
    started(UserFactory(name=written), date(2026, 4, 1), plan)
    PlanFactory(name=written)
    SavedReply.objects.create(title="Hello", body=written)
    started(UserFactory(name="Somebody else"), date(2026, 4, 1))
    lists = {
        "accounts/customer": 1,
        "products/product": 1,
        "products/plan": 2,
        "subscriptions/subscription": 1,
        "subscriptions/invoice": 1,
        "support/savedreply": 1,
    }
    found = {name: admin_client.get(f"/admin/{name}/", {"q": typed}).context["cl"].queryset.count() for name in lists}
    assert found == lists


@pytest.mark.parametrize("written", ["(S-7KQ4M0)", "s 7kq4mo", "S\u20117KQ4M0", "7KQ4M0", "my s-7kq4m0, please", "7kq"])
def test_the_admin_finds_a_subscription_by_its_number(admin_client, alice, bob, clock, written):
    clock(date(2026, 4, 5))
    started(bob, date(2026, 4, 1))
    subscription = started(alice, date(2026, 4, 1))
    subscription.number, subscription.external_id = "S-7KQ4M0", "Käse-12"
    subscription.save()
    for term in (written, "kase", "KÄSE-12"):
        rows = admin_client.get("/admin/subscriptions/subscription/", {"q": term}).context["cl"].queryset
        assert list(rows) == [subscription], term
    invoices = admin_client.get("/admin/subscriptions/invoice/", {"q": written}).context["cl"].queryset
    assert list(invoices) == [subscription.invoices.get()]


@pytest.mark.parametrize("written", ["000012", "12", "#12", "(000012)", "invoice 000012"])
def test_the_admin_finds_an_invoice_by_its_number(admin_client, alice, bob, clock, written):
    clock(date(2026, 4, 5))
    started(alice, date(2026, 4, 1))
    Invoice.objects.update(number=12)
    started(bob, date(2026, 4, 1))
    assert [
        row.number for row in admin_client.get("/admin/subscriptions/invoice/", {"q": written}).context["cl"].queryset
    ] == [12]


def test_an_empty_search_of_the_admin_shows_everything_and_signs_alone_nothing(admin_client, alice):
    for term, count in (("", 1), ("  ", 1), ("!!!", 0)):
        assert admin_client.get("/admin/accounts/customer/", {"q": term}).context["cl"].queryset.count() == count


def test_what_changes_is_found_by_what_it_is_now(admin_client, alice):
    alice.name = "Älva"
    alice.save(update_fields=["name"])
    assert User.objects.get(search_text__matches="alva alice@example.com") == alice
    assert not User.objects.filter(search_text__matches="Ahn").exists()


@pytest.mark.parametrize("write", [bulk.insert, Ticket.objects.bulk_create])
def test_rows_written_in_bulk_are_found(as_agent, alice, write):
    write([Ticket(customer=alice, subject=f"Dürer {n}", number=f"T-00000{n}") for n in range(3)])
    assert len(subjects(as_agent, "durer")) == 3
    rows = list(Ticket.objects.order_by("pk"))
    for row in rows:
        row.subject = f"Café {row.pk}"
    bulk.update(rows, ["subject"])
    assert (len(subjects(as_agent, "cafe")), subjects(as_agent, "durer")) == (3, [])


def test_imported_customers_are_found(admin_client, tmp_path, clock):
    clock(date(2026, 3, 10))
    rows = tmp_path / "rows.csv"
    rows.write_text(
        "external_id,customer_email,customer_name,product,plan,amount,currency,interval,status,started_on,billed_until\n"
        "Ä-1,ada@example.com,Ada Ångström,Café,Big,1.00,EUR,month,active,2026-03-01,2026-04-01\n"
    )
    call_command("import_subscriptions", str(rows), stdout=StringIO())
    for model, term in ((User, "angstrom"), (Product, "cafe"), (Plan, "big"), (Subscription, "a-1")):
        assert model.objects.filter(search_text__matches=term).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_migrations_fold_what_is_there(alice):
    ticket = Ticket.objects.create(customer=alice, subject="Dürer")
    Message.objects.create(ticket=ticket, author=alice, body="हिन्दी")
    for model in (User, Ticket, Message):
        model.objects.update(search_text="")
    for module in (
        "portal_project.accounts.migrations.0007_fill_search_text",
        "support.migrations.0010_fill_search_text",
    ):
        with connection.schema_editor() as editor:
            import_module(module).fill(apps, editor)
    assert User.objects.get(search_text__matches="ahn alice") == alice
    assert Ticket.objects.get(search_text__matches="durer") == ticket
    assert Message.objects.filter(search_text__matches="हिन्दी").count() == 1


@pytest.mark.postgres
@pytest.mark.parametrize("term", ["word", "ab", "支払", "支"])
def test_the_search_walks_no_whole_table(as_agent, term):
    """Each of its questions fits an index, or PostgreSQL would have to read every row."""
    with CaptureQueriesContext(connection) as asked:
        as_agent.get(QUEUE, {"q": term})
    searches = [query["sql"] for query in asked if '"search_text" LIKE' in query["sql"]]
    plans = ""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
        for search in searches:
            cursor.execute(f"EXPLAIN {search}")
            plans += "\n".join(row[0] for row in cursor.fetchall())
    for index in ("ticket_search_text", "user_search_text", "message_search_text"):
        assert index in plans


@pytest.mark.parametrize("written", ["(T-ABC123)", "S-7KQ4M0", "dürer", "s\u20137kq4mo"])
def test_the_admin_finds_a_request_by_its_numbers_and_its_customer(admin_client, alice, bob, clock, written):
    clock(date(2026, 4, 5))
    alice.name = "DÜRER"
    alice.save()
    for customer in (alice, bob):
        subscription = started(customer, date(2026, 3, 20))
        confirm(signed_in(customer), f"/subscriptions/{subscription.number}/cancel/", reason="other")
    Subscription.objects.filter(customer=alice).update(number="S-7KQ4M0")
    Ticket.objects.filter(customer=alice).update(number="T-ABC123")
    rows = admin_client.get("/admin/support/cancellationrequest/", {"q": written}).context["cl"].queryset
    assert [request.subscription.customer for request in rows] == [alice]
