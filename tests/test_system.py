"""The first steps, the page "System" and `manage.py check`: the same checks, each of what is really there."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import Schedule

from portal_project.accounts.models import Merchant
from portal_project.mail.models import MailServer, OutgoingMail
from subscriptions.lifecycle import unit_of_work
from subscriptions.models import JobRun, Subscription
from tests.conftest import signed_in
from tests.databases import CLOSED, instead
from tests.factories import PlanFactory, ProductFactory, UserFactory, started
from tests.mail.smtp import WORKING, serving
from tests.pages import MORE_OF_BUSINESS, hidden_inputs

HOME, SYSTEM, SEND = "/admin/", "/admin/system/", "/admin/system/test-mail/"
TITLES = [
    "Say who sells",
    "Add your first product",
    "Add your first customer",
    "Send yourself a test mail",
    "Start the worker",
    "Set the address",
]
BUSINESS = {
    "name": "Birch Lane", "street": "Birch Lane 12", "postal_code": "3511 AB", "city": "Utrecht", "country": "NL",
    "payment_instructions": "To NL00 BANK 0123 4567 89", "support_email": "help@example.com", "payment_days": 14,
    "accent_color": "#0f766e",
} | MORE_OF_BUSINESS  # fmt: skip


@pytest.fixture(autouse=True)
def _reached(settings, db):
    settings.PORTAL_URL = "http://testserver"
    # That the environment of the tests is theirs alone is known.
    settings.SILENCED_SYSTEM_CHECKS = ["async.E001"]


def to_do(client):
    return [each.what.title for each in client.get(HOME).context["greeting"].steps if not each.finding.is_well]


def found(client, label):
    return next(each.finding for each in client.get(SYSTEM).context["checks"] if each.what.label == label)


def worker_looks(ago=timedelta()):
    looked = timezone.now() - ago
    Schedule.objects.filter(name="Send the outbox").update(task="it", next_run=looked + timedelta(minutes=1))


def checked(**options):
    said = StringIO()
    call_command("check", stdout=said, stderr=said, **options)
    return said.getvalue()


def everything():
    return checked(databases=["default"], deploy=True)


def test_an_empty_installation_greets_with_what_to_do_in_order_and_each_is_gone_once_it_is_so(as_merchant, settings):
    settings.PORTAL_URL = "http://localhost:8000"
    page = as_merchant.get(HOME)
    assert [each.what.title for each in page.context["greeting"].steps] == TITLES
    assert "Still missing: its name, its address, how to pay, a support address." in page.text
    assert to_do(as_merchant) == TITLES
    form = "/admin/accounts/merchant/1/change/"
    assert as_merchant.post(form, hidden_inputs(as_merchant.get(form)) | BUSINESS).status_code == 302
    assert to_do(as_merchant) == TITLES[1:]
    product = ProductFactory()
    assert "None has an active plan." in as_merchant.get(HOME).text
    PlanFactory(product=product)
    assert to_do(as_merchant) == TITLES[2:]
    UserFactory()
    assert to_do(as_merchant) == TITLES[3:]
    with serving(WORKING) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        as_merchant.post(SEND)
        assert to_do(as_merchant) == TITLES[4:]
    worker_looks()
    assert to_do(as_merchant) == TITLES[5:]
    settings.PORTAL_URL = "http://testserver"
    page = as_merchant.get(HOME)
    assert page.context["greeting"].steps == []
    assert "first-steps" not in page.text
    steps = as_merchant.get(SYSTEM).context["steps"]
    assert [(each.what.title, each.finding.is_well) for each in steps] == [(title, True) for title in TITLES]


def test_a_staff_account_is_no_customer_and_a_switched_off_product_none_to_sell(as_merchant):
    PlanFactory(product=ProductFactory(is_active=False))
    assert "Add your first customer" in to_do(as_merchant)
    assert "Add your first product" in to_do(as_merchant)


def test_what_fails_later_comes_back_alone(as_merchant):
    Merchant.objects.filter(pk=1).update(**{name: BUSINESS[name] for name in BUSINESS if name not in MORE_OF_BUSINESS})
    PlanFactory()
    UserFactory()
    page = as_merchant.get(HOME)
    assert [each.what.title for each in page.context["greeting"].steps] == [
        "Send yourself a test mail",
        "Start the worker",
    ]
    assert "The portal itself needs action" in page.text
    assert "In this order" not in page.text


def test_each_step_leads_to_where_it_is_done(as_merchant):
    steps = as_merchant.get(HOME).context["greeting"].steps
    urls = [each.finding.url for each in steps if each.finding.url]
    assert len(urls) == 3
    assert [as_merchant.get(url, follow=True).status_code for url in urls] == [200, 200, 200]


@pytest.mark.parametrize(("who", "may"), [("merchant", True), ("root", True), ("agent", False), ("nobody", False)])
def test_merchants_and_administrators_see_it_and_nobody_else(request, merchant, agent, who, may):
    people = {
        "merchant": merchant,
        "agent": agent,
        "root": UserFactory(is_staff=True, is_superuser=True),
        "nobody": UserFactory(is_staff=True),
    }
    client = signed_in(people[who])
    assert client.get(SYSTEM).status_code == (200 if may else 403)
    assert client.post(SEND).status_code == (302 if may else 403)
    assert MailServer.objects.exists() == may
    home = client.get(HOME)
    assert ("First steps" in home.text, f'href="{SYSTEM}"' in home.text) == (may, may)


@pytest.mark.parametrize("address", [SYSTEM, SEND])
def test_customers_and_strangers_do_not_get_there(as_alice, address):
    for client in (as_alice, Client()):
        answer = client.post(address)
        assert (answer.status_code, "login/" in answer["Location"]) == (302, True)
    assert as_alice.get(SYSTEM, follow=True).status_code == 403
    assert not MailServer.objects.exists()


def test_the_test_mail_is_a_post_and_the_page_is_none(as_merchant):
    assert (as_merchant.get(SEND).status_code, as_merchant.post(SYSTEM).status_code) == (405, 405)


def test_the_page_says_what_the_command_says(as_merchant):
    page, said = as_merchant.get(SYSTEM), everything()
    everywhere = page.context["checks"] + page.context["steps"][:3]
    wrong = [each.finding for each in everywhere if not each.finding.is_well]
    # Of Debug and HTTPS Django says it in its own words, and both have them.
    ours = [each for each in wrong if "plain HTTP" not in each.text]
    assert len(ours) >= 6
    for each in ours:
        assert each.text in said
        assert each.hint in said
    for each in page.context["others"]:
        assert each.id in said
    assert "SECURE_SSL_REDIRECT" in page.text


def test_without_its_options_the_command_stays_as_it_was(db):
    assert "no issues" in checked()
    assert "no issues" in checked(databases=["default"])


def test_while_migrations_are_missing_the_command_says_that_and_nothing_that_needs_them(db):
    MigrationRecorder(connections["default"]).record_unapplied("sessions", "0001_initial")
    said = everything()
    assert "Migrations: 1 not applied." in said
    assert "Worker" not in said


def test_a_database_that_does_not_answer_is_told_in_words(db):
    with instead(CLOSED):
        said = everything()
    assert "Database: It does not answer: " in said
    assert "Migrations" not in said


def test_the_worker_is_told_with_when_it_was_seen(as_merchant, clock):
    clock(date(2026, 4, 14))
    assert found(as_merchant, "Worker").text == "None was seen yet."
    worker_looks(timedelta(minutes=4))
    assert found(as_merchant, "Worker").is_well
    worker_looks(timedelta(minutes=6))
    finding = found(as_merchant, "Worker")
    assert (finding.is_well, finding.text) == (False, "Last seen on 14 April 2026, 11:54.")


def test_the_job_is_told_with_when_it_ran_and_what_it_did(as_merchant, clock):
    clock(date(2026, 4, 14))
    assert found(as_merchant, "Hourly job").text == "It has not run yet."
    for ignored in ({"dry_run": True}, {"on": "2026-04-13"}):
        call_command("apply_due", stdout=StringIO(), **ignored)
    assert not JobRun.objects.exists()
    call_command("apply_due", stdout=StringIO())
    finding = found(as_merchant, "Hourly job")
    assert (finding.is_well, finding.text.partition(" ended=0")[0]) == (True, "Last run on 14 April 2026, 12:00.")
    clock(date(2026, 4, 16))
    finding = found(as_merchant, "Hourly job")
    assert not finding.is_well
    assert finding.text == "It last came to its end on 14 April 2026, 12:00, and last began on 14 April 2026, 12:00."


def test_what_the_job_could_not_do_leads_to_its_list(as_merchant, alice, clock, monkeypatch):
    clock(date(2026, 4, 14))
    stuck = started(alice, date(2026, 3, 20))
    Subscription.objects.filter(pk=stuck.pk).update(due_on=date(2026, 4, 13))
    monkeypatch.setattr(unit_of_work, "catch_up", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(CommandError):
        call_command("apply_due", stdout=StringIO())
    finding = found(as_merchant, "Hourly job")
    assert (finding.is_well, "failed=1" in finding.text) == (False, True)
    assert "1 subscriptions could not be brought up to date." in finding.text
    assert as_merchant.get(finding.url).context["cl"].result_count == 1


def test_a_run_that_does_not_come_to_its_end_is_told(as_merchant, clock, monkeypatch):
    clock(date(2026, 4, 14))
    monkeypatch.setattr("subscriptions.lifecycle.reminders.add", lambda today: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call_command("apply_due", stdout=StringIO())
    assert found(as_merchant, "Hourly job").text == "It has not ended yet, and last began on 14 April 2026, 12:00."


def test_mails_that_wait_and_those_that_were_given_up_are_counted(as_merchant, clock):
    clock(date(2026, 4, 14))
    assert found(as_merchant, "Mails").is_well
    mail = {"recipient": "a@example.com", "template": "ready_made"}
    OutgoingMail.objects.create(key="now", **mail)
    assert found(as_merchant, "Mails").is_well
    OutgoingMail.objects.create(key="failed", state="failed", **mail)
    finding = found(as_merchant, "Mails")
    assert (finding.is_well, finding.text) == (False, "1 wait to be sent, 1 could not be delivered.")
    assert as_merchant.get(finding.url).context["cl"].result_count == 1
    OutgoingMail.objects.filter(key="now").update(next_attempt_at=timezone.now() - timedelta(minutes=16))
    assert found(as_merchant, "Mails").hint.startswith("1 should have left a quarter of an hour ago")
    MailServer.objects.create(pk=1, failures=3, error="timed out", paused_until=timezone.now() + timedelta(minutes=1))
    assert "Sending is paused until 14 April 2026, 12:01: timed out" in found(as_merchant, "Mails").text


@pytest.mark.parametrize(
    ("portal_url", "host", "told"),
    [
        ("http://testserver", "testserver", ""),
        ("http://portal.example.com", "testserver", "This page was opened at http://testserver, but"),
        ("https://testserver", "testserver", "This page was opened at http://testserver, but"),
        ("http://testserver", "testserver:8000", "This page was opened at http://testserver:8000, but"),
        ("http://localhost", "localhost", "which is another machine for each reader"),
    ],
)
def test_the_address_is_compared_with_the_one_by_which_the_page_was_opened(
    as_merchant, settings, portal_url, host, told
):
    settings.PORTAL_URL = portal_url
    page = as_merchant.get(SYSTEM, headers={"host": host})
    finding = next(each.finding for each in page.context["checks"] if each.what.label == "Address")
    assert (finding.is_well, told in finding.text) == (not told, True)


def test_an_address_without_https_is_told_where_https_is_on(settings):
    settings.SECURE_SSL_REDIRECT = True
    assert "Links in mails lead to http://testserver, without HTTPS." in everything()


def test_an_address_that_is_refused_is_told_on_the_command_line(settings):
    settings.PORTAL_URL = "https://portal.example.com"
    assert "Links in mails lead to https://portal.example.com, which is refused." in everything()


def test_a_folder_that_cannot_be_written_is_told(as_merchant, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = settings.MEDIA_ROOT = tmp_path
    assert found(as_merchant, "Files").is_well
    assert list(tmp_path.iterdir()) == []
    settings.MEDIA_ROOT = "/proc/files"
    assert found(as_merchant, "Files").text.startswith("A file cannot be written: ")


def test_room_that_runs_out_is_told(as_merchant, monkeypatch):
    monkeypatch.setattr("portal_project.installation.server.ROOM", 10**18)
    assert not found(as_merchant, "Files").is_well


def test_versions_languages_and_the_cache_are_told(as_merchant, settings):
    assert found(as_merchant, "Cache").is_well
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "not_there"}}
    assert found(as_merchant, "Cache").text == "The table not_there of the cache is missing."
    assert found(as_merchant, "Version").text.startswith("Version 0.1.0, with Django ")
    assert found(as_merchant, "Database").text.startswith(connection.display_name)
    assert found(as_merchant, "Languages").is_well


def test_the_page_costs_as_much_whatever_there_is(as_merchant, alice, clock):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            assert as_merchant.get(SYSTEM).status_code == 200
        return len(captured)

    clock(date(2026, 4, 14))
    asked()
    few = asked()
    for n in range(9):
        started(alice, date(2026, 4, 1 + n))
        OutgoingMail.objects.create(key=f"{n}", recipient="a@example.com", template="ready_made", state="failed")
    Subscription.objects.update(due_on=date(2026, 4, 13))
    call_command("apply_due", stdout=StringIO())
    assert asked() == few
    assert few <= 15


@pytest.mark.parametrize("query", [{"a": "\0"}, {"x": "\u200b" * 5000}])
def test_odd_addresses_break_nothing(as_merchant, query):
    assert as_merchant.get(SYSTEM, query).status_code in (200, 404)
