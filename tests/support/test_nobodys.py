"""A ticket is nobody's where it has no assignee, or one who may no longer work on tickets: in tabs, filters, counts and mails."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission

from portal_project.common.facts import worded
from portal_project.mail.models import OutgoingMail
from support.mails import digest
from support.mails.notifications import to_tell
from support.models import Ticket
from tests.factories import UserFactory
from tests.support.test_queue import NOON, QUEUE, TODAY, a_ticket, counts, subjects

DEACTIVATED, NO_STAFF, NO_ROLE = {"is_active": False}, {"is_staff": False}, {}


@pytest.fixture(autouse=True)
def _today(clock):
    clock(TODAY)


@pytest.fixture
def left(agent, alice):
    """Make the assignee of a ticket leave, in the way that is given."""
    a_ticket(alice, "left behind", days_ago=5, assignee=agent, created_at=NOON - timedelta(days=5))

    def leave(changed):
        for name, value in changed.items():
            setattr(agent, name, value)
        agent.save()
        if not changed:
            agent.groups.clear()
        return agent

    return leave


@pytest.mark.parametrize("changed", [DEACTIVATED, NO_STAFF, NO_ROLE], ids=["inactive", "no staff", "no role"])
def test_the_ticket_of_somebody_who_left_is_nobodys_everywhere(as_merchant, merchant, left, changed):
    assert subjects(as_merchant, tab="unassigned") == subjects(as_merchant, assignee="nobody") == []
    leaver = left(changed)
    assert subjects(as_merchant, tab="unassigned") == subjects(as_merchant, assignee="nobody") == ["left behind"]
    assert counts(as_merchant)["unassigned"] == "1"
    assert to_tell(Ticket.objects.get(), by=leaver) == [merchant]
    digest.add(TODAY)
    parts = worded(OutgoingMail.objects.get(recipient=merchant.email).context["parts"])
    assert [(part["title"], part["count"]) for part in parts] == [("Unassigned tickets to act on", "1")]


def test_it_names_who_had_it_and_somebody_else_takes_it(as_merchant, merchant, left):
    left(NO_ROLE)
    page = as_merchant.get(QUEUE).content.decode()
    ticket = Ticket.objects.get()
    assert "Sam Support" in page
    assert f'name="take" value="{ticket.pk}"' in page
    as_merchant.post(QUEUE, {"take": ticket.pk})
    assert Ticket.objects.get().assignee == merchant
    assert subjects(as_merchant, tab="mine") == ["left behind"]
    assert counts(as_merchant)["unassigned"] == "0"
    assert f'name="take" value="{ticket.pk}"' not in as_merchant.get(QUEUE).content.decode()


def test_a_finished_ticket_of_somebody_who_left_is_on_no_tab_to_work_through(as_merchant, left):
    Ticket.objects.update(status="resolved", act_by=None)
    left(DEACTIVATED)
    assert subjects(as_merchant, tab="unassigned") == []
    assert 'name="take"' not in as_merchant.get(QUEUE).content.decode()


@pytest.mark.parametrize("is_superuser", [True, False])
def test_whoever_may_work_on_tickets_without_the_role_keeps_them(as_merchant, alice, is_superuser):
    helper = UserFactory(is_staff=True, is_superuser=is_superuser)
    if not is_superuser:
        helper.user_permissions.add(Permission.objects.get(codename="change_ticket"))
    a_ticket(alice, "in good hands", assignee=helper)
    assert subjects(as_merchant, tab="unassigned") == []


def test_whoever_comes_back_has_their_tickets_again(as_merchant, left):
    leaver = left(DEACTIVATED)
    leaver.is_active = True
    leaver.save()
    assert subjects(as_merchant, tab="unassigned") == []
    assert counts(as_merchant)["unassigned"] == "0"
