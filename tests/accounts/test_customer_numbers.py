"""Every customer has a number to read out, and may have a name in another system."""

import re

import pytest
from django.db import IntegrityError

from portal_project.accounts.models import User
from portal_project.common import numbers
from support.models import Ticket
from tests.factories import UserFactory
from tests.pages import confirm

LIST, PEOPLE = "/admin/accounts/customer/", "/admin/accounts/user/"


def test_whoever_becomes_a_customer_gets_a_number(as_merchant, as_alice, alice):
    confirm(as_merchant, f"{PEOPLE}add/", email="new@example.com", name="New", usable_password="false")
    made = User.objects.get(email="new@example.com").number
    assert re.fullmatch(f"C-[{numbers.ALPHABET}]{{6}}", made)
    assert made != alice.number
    assert alice.number in as_alice.get("/accounts/").content.decode()


def test_staff_are_shown_none_of_their_own(as_agent, agent):
    assert agent.number not in as_agent.get("/accounts/").content.decode()


def test_a_number_that_is_taken_or_drawn_twice_is_drawn_again(alice):
    new = [User(number=alice.number), User(number="C-777777"), User(number="C-777777")]
    numbers.draw_free(User.objects, new, numbers.CUSTOMER)
    assert len({alice.number, *(user.number for user in new)}) == 4


def test_staff_find_a_customer_and_their_tickets_by_it(as_agent, as_alice, alice):
    User.objects.filter(pk=alice.pk).update(number="C-7KQ4M2")
    UserFactory(name="C 7KQ4M2 of old")
    confirm(as_alice, "/support/new/", type="general", subject="A question", body="How?")
    found = as_agent.get(LIST, {"q": "customer c-7kq4m2"}).context["cl"].result_list
    assert [user.email for user in found] == ["alice@example.com"]
    queue = as_agent.get("/admin/support/ticket/", {"q": "C‑7KQ4M2"}).content.decode()
    assert "A question" in queue
    page = as_agent.get(f"/admin/support/ticket/{Ticket.objects.get().pk}/change/").content.decode()
    assert "C-7KQ4M2" in page


def test_merchants_keep_the_name_that_another_system_has_for_a_customer(as_merchant, alice, bob):
    for user, typed, answer in ((alice, " crm\u200b 17 ", 302), (bob, "crm 17", 200), (bob, "", 302), (alice, "", 302)):
        form = {"email": user.email, "name": user.name, "is_active": "on", "external_id": typed}
        inline = {"invoiced_party-TOTAL_FORMS": 0, "invoiced_party-INITIAL_FORMS": 0}
        response = as_merchant.post(f"{PEOPLE}{user.pk}/change/", form | inline)
        assert response.status_code == answer, typed
        if typed and answer == 302:
            assert User.objects.filter(search_text__matches="crm 17").get() == user
    assert set(User.objects.filter(is_staff=False).values_list("external_id", flat=True)) == {None}


def test_two_customers_never_have_one_number(alice, bob):
    with pytest.raises(IntegrityError):
        User.objects.filter(pk=bob.pk).update(number=alice.number)
