"""Changing the e-mail address: proven by the new one, told to the old one, which can undo it."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal_project.accounts.models import AddressChange, User
from portal_project.mail import tasks
from portal_project.mail.models import OutgoingMail
from tests.accounts.test_second_step import ON, begin, shown
from tests.conftest import signed_in
from tests.mail.reading import LINK, PORTAL
from tests.pages import confirm, filled_in, hidden_inputs

ACCOUNT, ASK = "/accounts/", "/accounts/address/"
AGAIN, DROP = "/accounts/address/send-again/", "/accounts/address/drop/"
NEW, PASSWORD = "alice@ahn.example", "bicycle-in-the-rain"
LOGIN = "/accounts/login/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(clock):
    """10 March 2026, noon."""


@pytest.fixture
def alice(alice):
    alice.set_password(PASSWORD)
    alice.save()
    return alice


@pytest.fixture
def as_alice(alice):
    return proven(alice)


def proven(user):
    """Signed in, and asked for the password a moment ago."""
    client = signed_in(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def mail_to(email):
    return OutgoingMail.objects.filter(recipient=email).latest("id")


def link_in(mail):
    (link,) = re.findall(LINK, mail.context["text"])
    assert link.startswith(PORTAL)
    return link.removeprefix(PORTAL)


def asked(client, email=NEW):
    """Another address is asked for; returns the link in the mail to it."""
    assert client.post(ASK, {"new_email": email}).url == ACCOUNT
    return link_in(mail_to(email))


def changed(client, email=NEW):
    """It is confirmed, too; returns the link to undo it."""
    before = User.objects.get(pk=client.session["_auth_user_id"]).email
    assert client.post(asked(client, email)).url == ACCOUNT
    return link_in(mail_to(before))


def after(**time):
    return time_machine.travel(timezone.now() + timedelta(**time), tick=False)


def text_of(response):
    return response.content.decode()


def is_gone(response):
    """Not by its status: a page that is refused is logged with its address, and here a link is one."""
    return response.status_code == 200 and "This link no longer works" in text_of(response)


def is_taken(response):
    return response.status_code == 200 and "This address is taken" in text_of(response)


def signs_in(email, password=PASSWORD):
    return Client().post(LOGIN, {"login": email, "password": password}).status_code == 302


def test_nothing_changes_until_the_new_address_is_confirmed(as_alice, alice):
    page = text_of(as_alice.post(ASK, {"new_email": NEW}, follow=True))
    assert f"We have sent a mail to {NEW}. Nothing changes until you open the link in it." in page
    assert "New e-mail address, not confirmed yet" in page
    assert "until 11 March 2026, 12:00" in page
    link = link_in(mail_to(NEW))
    opened = Client().get(link)
    assert (opened.status_code, "Nothing has changed yet." in text_of(opened)) == (200, True)
    alice.refresh_from_db()
    assert (alice.email, EmailAddress.objects.count()) == ("alice@example.com", 0)
    assert signs_in("alice@example.com")
    # Not by the address that is not hers yet.
    Client().post("/accounts/login/code/", {"email": NEW})
    assert "There is no account for this address." in mail_to(NEW).context["text"]


def test_the_link_confirms_it_in_any_browser_and_ends_all_sessions(as_alice, alice):
    elsewhere, link = Client(), asked(as_alice)
    shown = text_of(elsewhere.post(link, follow=True))
    assert f"Sign in with <strong>{NEW}</strong> from now on." in shown
    alice.refresh_from_db()
    assert alice.email == NEW
    assert as_alice.get(ACCOUNT).url == f"{LOGIN}?next={ACCOUNT}"
    assert (signs_in(NEW), signs_in("alice@example.com")) == (True, False)
    own = EmailAddress.objects.get()
    assert (own.user, own.email, own.verified, own.primary) == (alice, NEW, True, True)
    assert User.objects.get(search_text__matches="ahn.example") == alice


def test_whoever_confirms_while_signed_in_stays_so_here_and_nowhere_else(as_alice, alice):
    elsewhere = signed_in(alice)
    page = text_of(as_alice.post(asked(as_alice), follow=True))
    assert f"Your e-mail address is now {NEW}." in page
    assert "not confirmed yet" not in page
    assert elsewhere.get(ACCOUNT).status_code == 302


def test_an_address_that_comes_back_brings_no_old_session_back(as_alice, alice):
    """That of a browser which was not used in between."""
    elsewhere = signed_in(alice)
    changed(as_alice)
    changed(as_alice, "alice@example.com")
    assert elsewhere.get(ACCOUNT).status_code == 302


def test_what_is_asked_for_survives_signing_out_and_in(as_alice, alice):
    link = asked(as_alice)
    as_alice.post("/accounts/logout/")
    again = Client()
    again.post(LOGIN, {"login": alice.email, "password": PASSWORD})
    assert NEW in text_of(again.get(ACCOUNT))
    assert again.post(link).url == ACCOUNT


def test_the_link_works_for_a_day_and_can_be_sent_again(as_alice, alice):
    link = asked(as_alice)
    mail = mail_to(NEW)
    assert "It works for 1 day." in mail.context["text"]
    assert (mail.is_secret, mail.expires_at - mail.created_at) == (True, timedelta(days=1))
    with after(hours=24):
        for method in (Client().get, Client().post):
            assert is_gone(method(link))
        assert "worked until 11 March 2026, 12:00" in text_of(as_alice.get(ACCOUNT))
        assert "We have sent a mail" in text_of(as_alice.post(AGAIN, follow=True))
        # The same, so that it does not matter which of the mails is opened.
        assert link_in(mail_to(NEW)) == link
    with after(hours=47):
        assert Client().post(link).status_code == 302
    alice.refresh_from_db()
    assert alice.email == NEW


def test_what_is_dropped_or_asked_for_anew_can_no_longer_be_confirmed(as_alice, alice):
    first = asked(as_alice, "typo@ahn.example")
    second = asked(as_alice)
    assert is_gone(Client().post(first))
    page = text_of(as_alice.post(DROP, follow=True))
    assert "Your e-mail address stays as it is." in page
    assert "not confirmed yet" not in page
    assert is_gone(Client().post(second))
    assert as_alice.post(AGAIN).status_code == 404
    assert not AddressChange.objects.exists()


def test_confirming_twice_says_twice_that_it_is_done(as_alice):
    link = asked(as_alice)
    other = Client()
    for _time in range(2):
        assert "Sign in with" in text_of(other.post(link, follow=True))
    assert OutgoingMail.objects.filter(recipient="alice@example.com").count() == 1


def test_it_is_asked_for_by_who_has_just_shown_who_they_are(alice):
    client = signed_in(alice)
    for method in (client.get, client.post):
        assert method(ASK).url.startswith("/accounts/reauthenticate/?next=")
    assert Client().get(ASK).url == f"{LOGIN}?next={ASK}"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" A\u200bLICE@Ahn.Example ", "alice@ahn.example"),
        ("alice@mu\u0308nchen.example", "alice@xn--mnchen-3ya.example"),
        ("zoe\u0301@ahn.example", None),
        ("alice@example.com", "This is your e-mail address already."),
        ("ALICE@EXAMPLE.com\r\n", "This is your e-mail address already."),
        ("alice", None),
        ("a\0b@ahn.example", "Null characters are not allowed."),
        ("a" * 100_000 + "@ahn.example", None),
        ("a" * 60 + "@" + "ü" * 60 + ".example", None),
        ("\u200b", "This field is required."),
    ],
)
def test_an_address_is_read_as_everywhere_and_a_wrong_one_stays_to_be_mended(as_alice, typed, kept):
    response = as_alice.post(ASK, {"new_email": typed})
    if kept and "@" in kept:
        assert AddressChange.objects.get().new_email == kept
        assert mail_to(kept)
        return
    assert 'aria-invalid="true"' in text_of(response)
    assert (kept or "Enter a valid email address.") in text_of(response)
    assert filled_in(response)["new_email"].strip()[:5] == typed.strip()[:5].replace("\0", "\0")
    assert not AddressChange.objects.exists()


def asking(client, email):
    """How many statements it takes, what is said, and the mail."""
    with CaptureQueriesContext(connection) as captured:
        response = client.post(ASK, {"new_email": email})
    page = text_of(client.get(response.url)).replace(email, "…")
    # The tokens of its forms are new each time.
    return len(captured), re.sub('value="[^"]*"', "", page), mail_to(email)


def test_whether_an_address_is_anothers_is_told_to_that_one_alone(as_alice, alice, bob):
    asking(as_alice, "first@ahn.example")
    *free, asked_of_new = asking(as_alice, NEW)
    *taken, told_bob = asking(as_alice, bob.email)
    assert free == taken
    assert "wanted bob@example.com to be the address of another account" in told_bob.context["text"]
    assert re.findall(LINK, told_bob.context["text"]) == []
    assert as_alice.post(AGAIN).url == ACCOUNT
    assert OutgoingMail.objects.filter(recipient=bob.email).count() == 2
    # Who could make the link would not get further.
    change = AddressChange.objects.get()
    assert is_taken(as_alice.post(f"/accounts/address/confirm/{change.secret('confirm')}/"))
    assert asked_of_new.is_secret
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"


def test_an_address_that_is_taken_before_it_is_confirmed_is_said_to_be(as_alice, bob):
    link = asked(as_alice)
    bob.email = NEW
    bob.save()
    refused = as_alice.post(link)
    assert is_taken(refused)
    assert f"Another account has <strong>{NEW}</strong> by now, so nothing is changed." in text_of(refused)
    # It can still be dropped.
    assert NEW in text_of(as_alice.get(ACCOUNT))


def test_the_old_address_is_told_and_can_undo_it_for_a_week(as_alice, alice):
    undo = changed(as_alice)
    mail = mail_to("alice@example.com")
    assert "alice@example.com no longer signs in there" in mail.context["text"]
    # The new one is nobody's business who reads the old one by now.
    assert NEW not in mail.context["text"]
    assert (mail.is_secret, mail.expires_at - mail.created_at) == (True, timedelta(days=7))
    tasks.send_pending()
    mail.refresh_from_db()
    assert (mail.state, mail.context) == ("sent", {})
    with after(days=7):
        assert is_gone(Client().post(undo))
    with after(days=6, hours=23):
        assert "Nothing has changed yet." in text_of(Client().get(undo))
        alice.refresh_from_db()
        assert alice.email == NEW
        assert Client().post(undo).status_code == 302


def test_undoing_gives_the_account_to_the_old_address_alone(as_alice, alice):
    undo = changed(as_alice)
    pending = asked(as_alice, "next@ahn.example")
    owner = Client()
    page = owner.post(undo, follow=True)
    assert "alice@example.com is back. Choose a new password." in text_of(page)
    assert as_alice.get(ACCOUNT).status_code == 302
    alice.refresh_from_db()
    assert (alice.email, alice.has_usable_password()) == ("alice@example.com", False)
    assert is_gone(Client().post(pending))
    assert "was undone from the address before" in mail_to(NEW).context["text"]
    assert EmailAddress.objects.get().email == "alice@example.com"
    anew = {"password1": "another-bicycle", "password2": "another-bicycle"}
    owner.post(page.request["PATH_INFO"], hidden_inputs(page) | anew)
    assert (signs_in("alice@example.com", "another-bicycle"), signs_in(NEW, PASSWORD)) == (True, False)


def test_undoing_removes_a_second_step_that_the_thief_has_set_up(as_alice):
    undo = changed(as_alice)
    as_alice.post(ON, {"code": shown(begin(as_alice))})
    assert Authenticator.objects.count() == 2
    Client().post(undo)
    assert not Authenticator.objects.exists()


def test_undoing_keeps_an_older_second_step_so_that_an_old_mailbox_alone_opens_nothing(as_alice, alice, clock):
    as_alice.post(ON, {"code": shown(begin(as_alice))})
    clock(date(2026, 3, 11))
    Client().post(changed(proven(alice)))
    assert Authenticator.objects.count() == 2


def test_undoing_works_where_the_thief_is_still_signed_in(as_alice):
    """In the browser at home, with the session that the change has kept."""
    page = as_alice.post(changed(as_alice), follow=True)
    assert "Choose a new password" in text_of(page)
    assert filled_in(page).keys() == {"password1", "password2"}


def test_undoing_twice_undoes_once_and_gives_no_second_password(as_alice, alice):
    undo = changed(as_alice)
    Client().post(undo)
    alice.refresh_from_db()
    for method in (Client().get, Client().post):
        page = method(undo)
        assert (page.status_code, "This change is undone" in text_of(page)) == (200, True)
    before, _ = alice.password, alice.refresh_from_db()
    assert alice.password == before


def test_the_earliest_address_takes_back_all_that_came_after(as_alice, alice):
    """So whoever moves an account twice has not got rid of its owner, and cannot undo that the owner is back."""
    first, second = changed(as_alice), changed(as_alice, "second@ahn.example")
    assert Client().post(first).status_code == 302
    assert "This change is undone" in text_of(Client().post(second))
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"
    assert mail_to("second@ahn.example").context["subject"].endswith("was undone")


def test_an_address_that_another_account_has_by_now_does_not_come_back(as_alice, alice, bob):
    undo = changed(as_alice)
    bob.email = "alice@example.com"
    bob.save()
    assert is_taken(Client().post(undo))
    alice.refresh_from_db()
    assert (alice.email, alice.has_usable_password()) == (NEW, True)


def test_no_stranger_signs_up_with_an_address_that_may_come_back(as_alice, settings):
    settings.ALLOW_SIGNUP, settings.ACCOUNT_EMAIL_VERIFICATION = True, "mandatory"
    changed(as_alice)
    typed = {"email": "alice@example.com", "password1": PASSWORD, "password2": PASSWORD}
    answers = [Client().post("/accounts/signup/", typed | {"email": each}).url for each in (NEW, "alice@example.com")]
    assert answers[0] == answers[1]
    assert User.objects.count() == 1
    with after(days=7):
        Client().post("/accounts/signup/", typed)
    assert User.objects.count() == 2


@pytest.mark.parametrize("purpose", ["confirm", "undo"])
@pytest.mark.parametrize("secret", ["1", "1:", "x:y", "1:" + "A" * 43, "\u200b:é", "9" * 5000])
def test_a_link_that_nobody_sent_leads_nowhere(as_alice, purpose, secret):
    asked(as_alice)
    for method in (Client().get, Client().post):
        assert is_gone(method(f"/accounts/address/{purpose}/{secret}/"))


def test_a_link_is_good_for_what_it_was_sent_for(as_alice):
    link, undo = asked(as_alice), "/accounts/address/undo/"
    assert is_gone(Client().post(link.replace("/accounts/address/confirm/", undo)))


def test_who_may_no_longer_sign_in_changes_nothing(as_alice, alice):
    undo = changed(as_alice)
    link = asked(as_alice, "next@ahn.example")
    User.objects.filter(pk=alice.pk).update(is_active=False)
    for each in (undo, link):
        assert is_gone(Client().post(each))
    alice.refresh_from_db()
    assert alice.email == NEW


def test_mails_to_one_address_and_by_one_account_are_limited(as_alice):
    for _time in range(3):
        asked(as_alice)
    refused = as_alice.post(ASK, {"new_email": NEW})
    assert refused.status_code == 429
    assert "Please try again in 1 minute." in text_of(refused)
    assert filled_in(refused)["new_email"] == NEW
    assert "Please try again in 1 minute." in text_of(as_alice.post(AGAIN, follow=True))
    for number in range(7):
        asked(as_alice, f"alice{number}@ahn.example")
    assert "in 60 minutes." in text_of(as_alice.post(ASK, {"new_email": "alice8@ahn.example"}))
    assert OutgoingMail.objects.count() == 10


def test_who_read_the_person_before_writes_no_old_address_back(as_alice, alice):
    """As a page that was asked for a moment earlier, and saves only now."""
    read_before = User.objects.get(pk=alice.pk)
    changed(as_alice)
    with request_context(RequestFactory().post("/accounts/password/change/")):
        get_adapter().set_password(read_before, "another-bicycle")
    assert signs_in(NEW, "another-bicycle")
    assert EmailAddress.objects.get().email == NEW


def test_staff_change_their_own_too(merchant):
    merchant.set_password(PASSWORD)
    merchant.save()
    client = proven(merchant)
    assert client.post(asked(client, "mia@shop.example"), follow=True).status_code == 200
    merchant.refresh_from_db()
    assert merchant.email == "mia@shop.example"


PERSON = {"name": "Alice Ahn", "is_active": "on"} | {
    f"invoiced_party-{name}": value
    for name, value in {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1}.items()
}


def in_the_admin(alice):
    return f"/admin/accounts/user/{alice.pk}/change/"


def test_a_change_by_staff_is_told_to_the_old_address_and_can_be_undone(as_merchant, as_alice, alice):
    link = asked(as_alice, "pending@ahn.example")
    assert confirm(as_merchant, in_the_admin(alice), **PERSON, email=" Alice@AHN.example").status_code == 302
    alice.refresh_from_db()
    assert alice.email == NEW
    assert as_alice.get(ACCOUNT).status_code == 302
    # What was asked for before is no longer wanted.
    assert is_gone(Client().post(link))
    mail = mail_to("alice@example.com")
    assert "has changed the e-mail address of your account" in mail.context["text"]
    change = AddressChange.objects.get()
    assert (change.asked_by.email, change.old_email, change.new_email) == (
        "merchant@example.com",
        "alice@example.com",
        NEW,
    )
    told = f"alice@example.com to {NEW}, 10 March 2026, 12:00, by Mia Merchant"
    assert told in text_of(as_merchant.get(in_the_admin(alice)))
    assert Client().post(link_in(mail)).status_code == 302
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"


def test_staff_who_change_something_else_leave_the_address_as_it_is_by_now(as_merchant, as_alice, alice):
    page = as_merchant.get(in_the_admin(alice))
    changed(as_alice)
    sent = hidden_inputs(page) | PERSON | {"email": "alice@example.com", "name": "Alice Ahn-Berg"}
    assert as_merchant.post(in_the_admin(alice), sent).status_code == 302
    alice.refresh_from_db()
    assert (alice.email, alice.name) == (NEW, "Alice Ahn-Berg")
    assert as_alice.get(ACCOUNT).status_code == 200


def test_a_superuser_who_changes_the_own_address_stays_signed_in(db):
    root = User.objects.create_superuser("root@example.com", PASSWORD)
    client = signed_in(root)
    sent = {"email": "ada@example.com", "name": "Ada", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    assert confirm(client, in_the_admin(root), **sent).status_code == 302
    root.refresh_from_db()
    assert root.email == "ada@example.com"
    assert client.get("/admin/").status_code == 200
