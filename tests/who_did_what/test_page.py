"""Who did what: what staff did, of every app, on one page that changes nothing."""

from datetime import date, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal_project.accounts.models import Merchant, Viewing
from portal_project.common import who_did_what
from portal_project.common.who_did_what import SIZE, Place
from portal_project.exports.models import Export
from subscriptions.models import Invoice
from support.models import Message, Ticket
from tests.conftest import signed_in
from tests.exports.reading import read
from tests.factories import UserFactory, started
from tests.pages import confirm, filled_in

PAGE = "/admin/who-did-what/"


@pytest.fixture
def hosting(alice, clock):
    clock(date(2026, 4, 5))
    return started(alice, date(2026, 3, 20))


@pytest.fixture
def as_merchant(merchant):
    return signed_in(merchant)


def lines(client, **chosen):
    page = client.get(PAGE, chosen)
    assert page.status_code == 200
    return [(deed.by.name, deed.what) for deed in page.context["page"].deeds]


def looked(staff, customer, at):
    return Viewing.objects.create(staff=staff, customer=customer, begun_at=at, ends_at=at + timedelta(minutes=30))


@pytest.fixture
def a_day_of_work(as_agent, as_merchant, agent, merchant, alice, hosting):
    """One of each kind; customers' own acts are not among them."""
    name = str(hosting)
    confirm(signed_in(alice), "/support/new/", type="general", subject="A question", body="Well?")
    ticket = Ticket.objects.get()
    confirm(as_agent, f"/admin/subscriptions/subscription/{hosting.pk}/pause/")
    as_agent.post(f"/admin/accounts/customer/{alice.pk}/view-as/")
    as_agent.post("/admin/support/ticket/", {"tickets": [ticket.pk], "do": "priority", "priority": "3"})
    Message.objects.create(ticket=ticket, author=agent, body="So it is.")
    invoice = Invoice.objects.get()
    invoice_page = f"/admin/subscriptions/invoice/{invoice.pk}/record-payment/"
    confirm(as_merchant, invoice_page, received_on="2026-04-05", reference="")
    assert as_merchant.post("/admin/support/savedreply/add/", {"title": "Hello", "body": "Good day"}).status_code == 302
    return {
        ("Sam Support", f"{name}: Paused"),
        ("Sam Support", "Saw the portal as Alice Ahn"),
        ("Sam Support", f"{ticket.number}: Priority changed from Medium to High"),
        ("Sam Support", f"{ticket.number}: Answered"),
        ("Mia Merchant", f"Invoice {invoice.label}: Payment recorded"),
        ("Mia Merchant", "Hello: Added"),
    }


def test_what_staff_did_in_every_app_stands_on_one_page(as_merchant, a_day_of_work):
    assert set(lines(as_merchant)) == a_day_of_work


@pytest.mark.parametrize(
    ("kind", "count"),
    [("Subscriptions", 1), ("Views as customer", 1), ("Tickets", 2), ("Payments", 1), ("Settings", 1), ("Accounts", 0)],
)
def test_it_is_narrowed_to_a_kind(as_merchant, a_day_of_work, kind, count):
    assert len(lines(as_merchant, kind=kind)) == count


def test_it_is_narrowed_to_a_person(as_merchant, merchant, a_day_of_work):
    found = lines(as_merchant, by=merchant.pk)
    assert set(found) == {each for each in a_day_of_work if each[0] == "Mia Merchant"}


def test_it_is_narrowed_to_days_from_midnight_to_midnight_here(as_merchant, merchant, agent, alice, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    zone = timezone.get_default_timezone()
    for day, hour in ((9, 23), (10, 0), (10, 23), (11, 0)):
        at = timezone.make_aware(timezone.datetime(2026, 3, day, hour, 30), zone)
        looked(agent, UserFactory(name=f"{day}, {hour}"), at)
    found = lines(as_merchant, first="2026-03-10", last="2026-03-10")
    assert found == [("Sam Support", "Saw the portal as 10, 23"), ("Sam Support", "Saw the portal as 10, 0")]
    assert len(lines(as_merchant, first="2026-03-10")) == 3
    assert len(lines(as_merchant, last="2026-03-10")) == 3


def test_pages_hold_each_line_once_though_all_are_of_one_instant(as_merchant, merchant, agent, alice):
    at = timezone.now()
    for _each in range(SIZE):
        looked(agent, alice, at)
    kind = ContentType.objects.get_for_model(Merchant)
    LogEntry.objects.bulk_create(
        LogEntry(user=merchant, content_type=kind, object_id=1, object_repr=str(number), action_flag=2, action_time=at)
        for number in range(SIZE)
    )
    found, after = [], ""
    while after is not None:
        page = as_merchant.get(PAGE, {"after": after}).context["page"]
        found += [str(deed.place) for deed in page.deeds]
        after = page.older or None
    assert len(found) == len(set(found)) == 2 * SIZE


def test_what_is_older_keeps_the_filter(as_merchant, agent, merchant, alice):
    for minutes in range(SIZE + 2):
        looked(agent, alice, timezone.now() - timedelta(minutes=minutes))
    page = as_merchant.get(PAGE, {"by": agent.pk, "kind": "Views as customer"})
    assert filled_in(page)["by"] == str(agent.pk)
    older = page.context["page"].older
    assert f"by={agent.pk}&amp;kind=Views+as+customer&amp;after=" in page.content.decode()
    assert len(lines(as_merchant, by=agent.pk, after=older)) == 2


def test_it_costs_a_fixed_number_of_statements(as_merchant, agent, alice, a_day_of_work):
    as_merchant.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        as_merchant.get(PAGE)
    for _each in range(SIZE):
        looked(agent, UserFactory(), timezone.now())
    with CaptureQueriesContext(connection) as many:
        as_merchant.get(PAGE)
    assert len(few) == len(many)
    assert len(many) <= len(who_did_what.SOURCES) + 6


def test_each_line_leads_to_a_page_that_there_is(as_merchant, a_day_of_work):
    urls = {deed.url for deed in as_merchant.get(PAGE).context["page"].deeds}
    assert len(urls) >= 4
    assert {as_merchant.get(url).status_code for url in urls} == {200}


def test_every_source_has_a_name_of_its_own(db):
    names = [source.name for source in who_did_what.SOURCES]
    assert len(names) == len(set(names))


def test_an_invoice_that_a_customer_voided_by_leaving_is_none_of_staffs_acts(as_merchant, alice, hosting):
    Invoice.objects.update(status="void", settled_by=alice, settled_at=timezone.now())
    assert lines(as_merchant) == []


def test_what_is_left_of_a_change_to_a_forgotten_customer_says_so_little(as_merchant, merchant, alice):
    kind = ContentType.objects.get_for_model(type(alice))
    LogEntry.objects.create(
        user=merchant, content_type=kind, object_id=alice.pk, object_repr=alice.number, action_flag=2, change_message=""
    )
    assert lines(as_merchant) == [("Mia Merchant", f"{alice.number}: Changed")]


def test_all_that_is_listed_is_to_be_had_as_a_file_and_who_took_it_is_told(
    as_merchant, agent, merchant, alice, clock, monkeypatch
):
    clock(date(2026, 4, 5))
    monkeypatch.setattr(who_did_what, "CHUNK", 2)
    for minutes in range(5):
        looked(agent, alice, timezone.now() - timedelta(minutes=minutes))
    looked(merchant, alice, timezone.now())
    page = as_merchant.get(PAGE, {"by": agent.pk, "first": "2026-04-05"}).content.decode()
    assert f'href="?by={agent.pk}&amp;first=2026-04-05&amp;csv=1"' in page
    answer = as_merchant.get(PAGE, {"by": agent.pk, "first": "2026-04-05", "csv": "1"})
    lines_of_file = read(b"".join(answer.streaming_content))
    assert [line["at"] for line in lines_of_file] == [
        f"2026-04-05 {at}:00" for at in ("12:00", "11:59", "11:58", "11:57", "11:56")
    ]
    said = {"person": "Sam Support", "person_email": "support@example.com", "kind": "Views as customer"}
    assert lines_of_file[0] == {"at": "2026-04-05 12:00:00", **said, "what": "Saw the portal as Alice Ahn"}
    told = "Downloaded who did what (Person: Sam Support; From: 2026-04-05): 5 rows"
    assert ("Mia Merchant", told) in lines(as_merchant, kind="Downloads")


def test_a_file_has_all_lines_of_all_pages_in_their_order_and_nothing_later(
    as_merchant, merchant, agent, alice, clock, monkeypatch
):
    clock(date(2026, 4, 5))
    monkeypatch.setattr(who_did_what, "CHUNK", 7)
    asked, kind = timezone.now(), ContentType.objects.get_for_model(Merchant)
    for number in range(SIZE + 10):
        # Ten of each instant, more than a chunk; and as many of another source.
        at = asked - timedelta(minutes=number // 10)
        looked(agent, alice, at)
        entry = {"user": merchant, "content_type": kind, "object_id": 1, "action_flag": 2, "action_time": at}
        LogEntry.objects.create(object_repr=str(number), **entry)
    looked(agent, UserFactory(name="Later"), asked + timedelta(microseconds=1))
    told, after = [], ""
    while after is not None:
        page = as_merchant.get(PAGE, {"last": "2026-04-05", "after": after}).context["page"]
        told += [(timezone.localtime(deed.at), deed.by.email, deed.what) for deed in page.deeds]
        after = page.older or None
    answer = as_merchant.get(PAGE, {"last": "2026-04-05", "csv": "1"})
    found = [(line["at"], line["person_email"], line["what"]) for line in read(b"".join(answer.streaming_content))]
    found = [line for line in found if "download who did what" not in line[2]]
    assert told[0][2] == "Saw the portal as Later"
    assert found == [(f"{at:%Y-%m-%d %H:%M:%S}", email, what) for at, email, what in told[1:]]
    assert len(found) == 2 * (SIZE + 10)


def test_a_file_reads_each_source_once_however_many_lines_it_has(as_merchant, agent, alice, monkeypatch):
    monkeypatch.setattr(who_did_what, "CHUNK", 10)
    for minutes in range(45):
        looked(agent, alice, timezone.now() - timedelta(minutes=minutes))
    with CaptureQueriesContext(connection) as statements:
        b"".join(as_merchant.get(PAGE, {"csv": "1"}).streaming_content)
    reads = [each["sql"] for each in statements if '"accounts_viewing"."begun_at" <=' in each["sql"]]
    assert len(reads) == 5
    others = [each["sql"] for each in statements if '"django_admin_log"."action_time" <=' in each["sql"]]
    assert len(others) == sum(source.at == "action_time" for source in who_did_what.SOURCES)


def test_a_file_of_filters_that_cannot_be_read_is_the_page_that_says_so(as_merchant, as_agent):
    page = as_merchant.get(PAGE, {"first": "tomorrow", "csv": "1"})
    assert page.context["form"].errors
    assert as_agent.get(PAGE, {"csv": "1"}).status_code == 403


def test_no_file_while_one_sees_the_portal_as_a_customer(as_merchant, alice):
    as_merchant.post(f"/admin/accounts/customer/{alice.pk}/view-as/")
    answer = as_merchant.get(PAGE, {"csv": "1"})
    assert "Leave that view first." in answer.content.decode()
    assert Export.objects.count() == 0


def test_nothing_is_done_there(as_merchant):
    assert as_merchant.post(PAGE).status_code == 405
    assert as_merchant.delete(PAGE).status_code == 405


def test_only_who_answers_for_the_business_reads_it(as_merchant, as_agent, as_alice):
    boss = signed_in(UserFactory(is_staff=True, is_superuser=True))
    assert [client.get(PAGE).status_code for client in (as_merchant, boss, as_agent)] == [200, 200, 403]
    assert as_alice.get(PAGE).status_code != 200
    assert PAGE in as_merchant.get("/admin/").content.decode()
    assert PAGE not in as_agent.get("/admin/").content.decode()


ODD = ["\u200b", "٣", "x" * 100_000, "-1", "9" * 30, "~", "a~b~c", "2026-01-01~a~1"]
NO_DAYS = ["tomorrow", "٢٠٢٦-٠٤-٠٥", "2026-02-30", "2026-4-5", "0001-01-01", "9999-12-31", "05/04/2026"]


@pytest.mark.parametrize("name", ["by", "first", "last", "kind"])
@pytest.mark.parametrize("value", ODD)
def test_a_filter_that_makes_no_sense_says_so_beside_it_and_lists_nothing(as_merchant, agent, alice, name, value):
    looked(agent, alice, timezone.now())
    page = as_merchant.get(PAGE, {name: value})
    assert (page.status_code, page.context["page"]) == (200, None)
    [[error]] = page.context["form"].errors.values()
    assert page.context["form"][name].errors == [error]
    assert " ".join(value[:50].split()) in error
    assert "Nothing is listed until the filter can be read." in page.content.decode()


@pytest.mark.parametrize("name", ["first", "last"])
@pytest.mark.parametrize("value", NO_DAYS)
def test_what_is_no_day_stays_in_its_field_beside_what_else_was_chosen(as_merchant, agent, name, value):
    page = as_merchant.get(PAGE, {name: value, "by": agent.pk, "kind": "Tickets"})
    assert page.context["form"].errors == {name: [f'"{value}" is no day. Write it as 2026-11-23.']}
    assert filled_in(page) | {"by": str(agent.pk), "kind": "Tickets", name: value} == filled_in(page)
    assert f'type="text" name="{name}"' in page.content.decode()


def test_the_last_day_is_not_before_the_first(as_merchant, agent, alice):
    looked(agent, alice, timezone.now())
    page = as_merchant.get(PAGE, {"first": "2026-03-11", "last": "2026-03-10"})
    assert page.context["form"].errors == {"last": ["This is before the first day."]}
    assert (filled_in(page)["first"], filled_in(page)["last"]) == ("2026-03-11", "2026-03-10")
    assert page.context["page"] is None


NO_PLACES = [
    *ODD,
    "0001-01-01~accounts.viewing~1",
    "0001-01-01T00:00:00+14:00~accounts.viewing~1",
    "9999-12-31T23:59:59-14:00~accounts.viewing~1",
    "10000-01-01T00:00:00+00:00~accounts.viewing~1",
    "٢٠٢٦-٠٣-١٠T12:00:00+00:00~accounts.viewing~1",
    "2026-03-10T12:00:00+00:00~accounts.viewing~٣",
    "2026-03-10T12:00:00+00:00~accounts.viewing~" + "9" * 30,
    "2026-03-10T12:00:00+00:00~accounts.view\u200bing~1",
    "2026-03-10T12:00:00+00:00~gone.row~1",
    "2026-03-10T12:00:00~accounts.viewing~1",
    "2026-03-10T12:00:00 00:00~accounts.viewing~1",
]


@pytest.mark.parametrize("after", NO_PLACES)
def test_an_address_that_names_no_page_shows_the_first_and_says_so(as_merchant, agent, alice, after):
    looked(agent, alice, timezone.now())
    page = as_merchant.get(PAGE, {"after": after})
    assert "The page in this address cannot be read, so the first one is shown." in page.text
    assert len(page.context["page"].deeds) == 1


@pytest.mark.parametrize(("at", "count"), [("0001-01-01T00:00:00", 0), ("9999-12-31T23:59:59.999999", 1)])
def test_a_place_before_or_after_everything_is_read_as_it_is(as_merchant, agent, alice, at, count):
    looked(agent, alice, timezone.now())
    page = as_merchant.get(PAGE, {"after": f"{at}+00:00~accounts.viewing~1"})
    assert "cannot be read" not in page.text
    assert len(page.context["page"].deeds) == count


def test_a_page_without_a_line_says_which_nothing_it_is(as_merchant):
    assert "Nobody of staff has done anything yet." in as_merchant.get(PAGE).content.decode()
    narrowed = as_merchant.get(PAGE, {"kind": "Tickets"}).content.decode()
    assert "No act of staff fits these filters." in narrowed


def test_whoever_is_of_staff_no_longer_is_found_by_what_they_did(as_merchant, agent, merchant, alice):
    looked(agent, alice, timezone.now())
    looked(merchant, alice, timezone.now())
    agent.groups.clear()
    type(agent).objects.filter(pk=agent.pk).update(is_staff=False, is_active=False)
    page = as_merchant.get(PAGE).content.decode()
    assert f'href="?by={agent.pk}">Sam Support</a>' in page
    assert lines(as_merchant, by=agent.pk) == [("Sam Support", "Saw the portal as Alice Ahn")]


@pytest.mark.parametrize("name", ["by", "after", "kind"])
def test_what_no_text_can_hold_is_no_address(as_merchant, name):
    assert as_merchant.get(PAGE, {name: "\0"}).status_code == 404


def test_a_place_is_read_as_it_is_written():
    place = Place(timezone.now(), "accounts.viewing", 12)
    assert Place.read(str(place)) == place
