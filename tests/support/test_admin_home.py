from datetime import date

from portal_project.mail.models import OutgoingMail
from tests.conftest import signed_in
from tests.factories import UserFactory, started
from tests.pages import confirm


def numbers(client):
    response = client.get("/admin/")
    return {str(card.label): card.count for card in response.context["cards"]}


def rows_of(page):
    """Of one of Django's lists, or of the queue."""
    return page.context["cl"].result_count if "cl" in page.context else len(page.context["rows"])


def test_staff_see_what_waits_for_them_and_each_number_leads_to_its_list(as_alice, as_agent, as_merchant, alice, clock):
    clock(date(2026, 4, 10))
    leaving, paused = started(alice, date(2026, 3, 20), notice_days=5), started(alice, date(2026, 3, 20))
    clock(date(2026, 4, 14))
    confirm(as_alice, f"/subscriptions/{leaving.number}/cancel/", reason="other")
    confirm(as_alice, f"/subscriptions/{paused.number}/pause/")
    expected = {
        "Cancellations in notice": "1",
        "Ending within a week": "1",
        "Open tickets": "1",
        "Paused subscriptions": "1",
    }
    assert numbers(as_agent) == expected
    OutgoingMail.objects.filter(template="receipts/receipt", thread=paused.number).update(state="failed")
    assert numbers(as_merchant) == expected | {
        "Overdue invoices": "2",
        "Mails waiting to be sent": "3",
        "Mails not delivered": "1",
    }
    for card in as_merchant.get("/admin/").context["cards"]:
        page = as_merchant.get(card.url)
        assert page.status_code == 200
        assert rows_of(page) == int(card.count), card.label


def test_staff_without_a_role_are_told_so(db):
    text = signed_in(UserFactory(is_staff=True)).get("/admin/").content.decode()
    assert "You have no role yet." in text
