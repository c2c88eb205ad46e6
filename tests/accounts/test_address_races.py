"""E-mail addresses that are changed at the same moment: one outcome, and a sentence for whoever comes second.

With threads and their own connections on PostgreSQL, because SQLite has no row locks.
"""

import pytest
from django.test import Client

from portal_project.accounts.models import AddressChange, User
from portal_project.mail.models import OutgoingMail
from tests.accounts.test_address_change import ASK, DROP, NEW, alice, as_alice, asked, changed, proven
from tests.conftest import signed_in
from tests.pages import hidden_inputs
from tests.support.test_races import at_once

__all__ = ["alice", "as_alice"]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 3

DONE, TAKEN, GONE, UNDONE = (
    "Sign in with",
    "This address is taken",
    "This link no longer works",
    "This change is undone",
)
BACK = "Choose a new password"


@pytest.fixture(autouse=True)
def _today(clock):
    """10 March 2026, noon."""


def opening(link):
    """The click on the button of a link in a browser of its own, and which of the sentences is read in the end."""
    client = Client()

    def click():
        page = client.post(link, follow=True)
        assert page.status_code == 200
        (read,) = [each for each in (DONE, TAKEN, GONE, UNDONE, BACK) if f"{each}" in page.content.decode()][:1]
        return read

    return click


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_who_want_one_address_one_gets_it(as_alice, alice, bob, _round):
    links = [asked(as_alice), asked(proven_without_password(bob))]
    assert sorted(at_once(*map(opening, links))) == [DONE, TAKEN]
    assert User.objects.filter(email=NEW).count() == 1
    assert OutgoingMail.objects.filter(key__startswith="account:").exclude(recipient=NEW).count() == 1


def proven_without_password(user):
    user.set_unusable_password()
    user.save()
    return signed_in(user)


def test_two_accounts_do_not_swap_their_addresses_at_once(as_alice, alice, bob):
    """Each is taken while it is asked for, so neither waits for the other for ever."""
    AddressChange.objects.all().delete()
    as_alice.post(ASK, {"new_email": bob.email})
    proven_without_password(bob).post(ASK, {"new_email": alice.email})
    links = [f"/accounts/address/confirm/{each.secret('confirm')}/" for each in AddressChange.objects.all()]
    assert at_once(*map(opening, links)) == [TAKEN, TAKEN]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_link_opened_four_times_at_once_changes_once(as_alice, _round):
    assert at_once(*[opening(asked(as_alice))] * 4) == [DONE] * 4
    assert OutgoingMail.objects.filter(recipient="alice@example.com").count() == 1


def test_four_requests_at_once_leave_one_pending(alice):
    clients = [proven(alice) for _ in range(4)]
    wanted = [f"alice{number}@ahn.example" for number in range(4)]
    clicks = [
        lambda c=client, e=email: c.post(ASK, {"new_email": e}).status_code
        for client, email in zip(clients, wanted, strict=True)
    ]
    assert at_once(*clicks) == [302] * 4
    (pending,) = AddressChange.objects.all()
    links = {mail.recipient: mail for mail in OutgoingMail.objects.all()}
    assert set(links) == set(wanted)
    assert pending.new_email in wanted


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_what_is_dropped_and_confirmed_at_once_is_one_of_both(as_alice, alice, _round):
    link = asked(as_alice)
    dropped, read = at_once(lambda: as_alice.post(DROP).status_code, opening(link))
    alice.refresh_from_db()
    assert (read, alice.email) in {(DONE, NEW), (GONE, "alice@example.com")}
    assert dropped == 302
    assert AddressChange.objects.count() == (read == DONE)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_undoing_and_a_further_change_have_one_order_and_the_owner_wins(as_alice, alice, _round):
    undo = changed(as_alice)
    further = asked(as_alice, "third@ahn.example")
    undone, read = at_once(opening(undo), opening(further))
    alice.refresh_from_db()
    assert (undone, alice.email, alice.has_usable_password()) == (BACK, "alice@example.com", False)
    assert read in {DONE, GONE}
    assert not AddressChange.objects.pending().exists()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_undoing_three_times_at_once_undoes_once(as_alice, alice, _round):
    assert sorted(at_once(*[opening(changed(as_alice))] * 3)) == [BACK, UNDONE, UNDONE]
    assert OutgoingMail.objects.filter(recipient=NEW, key__startswith="account:").count() == 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_staff_and_the_customer_change_it_at_once(as_alice, as_merchant, alice, _round):
    link, page = asked(as_alice), f"/admin/accounts/user/{alice.pk}/change/"
    inline = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1}
    typed = {f"invoiced_party-{name}": value for name, value in inline.items()} | {"name": "Alice", "is_active": "on"}
    form = hidden_inputs(as_merchant.get(page)) | typed | {"email": "staff@ahn.example"}
    status, read = at_once(lambda: as_merchant.post(page, form).status_code, opening(link))
    alice.refresh_from_db()
    assert (status, alice.email) == (302, "staff@ahn.example")
    assert read in {DONE, GONE}
    assert not AddressChange.objects.pending().exists()
