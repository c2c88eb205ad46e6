"""What people get for what they do themselves: the page after it, one mail, and a row that stays as it was read."""

from datetime import date

import pytest
from django.test import Client

from portal_project.accounts.models import Merchant
from portal_project.mail.models import OutgoingMail
from portal_project.receipts.models import Receipt
from products.models import Plan, Product
from subscriptions.models import SubscriptionEvent
from support.models import Ticket
from tests.conftest import signed_in
from tests.factories import PlanFactory, UserFactory, started
from tests.mail.reading import read
from tests.pages import confirm, hidden_inputs, receipt

TODAY = date(2026, 3, 10)
NAME = "Tom & Jerry’s <Hosting>"


@pytest.fixture(autouse=True)
def _setting(clock, db):
    clock(TODAY)
    Merchant(pk=1, name="Bits & Bytes").save()


@pytest.fixture
def subscription(alice):
    """Since 1 March, €100.00 a month."""
    return started(alice, date(2026, 3, 1), name=NAME)


def page(subscription, action):
    return f"/subscriptions/{subscription.number}/{action}/"


def setting(subscription, **values):
    Product.objects.filter(pk=subscription.product.pk).update(**values)


def choose(client, subscription, action, **typed):
    shown = client.post(page(subscription, action), typed | {"preview": "1"})
    return client.post(page(subscription, action), hidden_inputs(shown) | typed)


def text_of(client, address):
    """What stands in the middle of the page."""
    return " ".join(client.get(address).content.decode().partition("<main")[2].partition("</main>")[0].split())


def test_a_pause_is_receipted_with_its_dates_and_bills(as_alice, alice, subscription):
    given = receipt(choose(as_alice, subscription, "pause", resumes_on="2026-04-16"))
    assert (given.person, given.kind, given.subscription) == (alice, "paused", subscription.number)
    assert (given.effective_on, given.zone, given.language) == (TODAY, "UTC", "en")
    assert given.title == f"{NAME}: Paused"
    assert given.summary == "The subscription is paused. Nothing is billed for the days of the pause."
    assert given.points[:3] == [
        "Paused from 10 March 2026.",
        "Resumes by itself on 16 April 2026.",
        "Nothing is billed while it is paused.",
    ]
    assert given.bills_heading == "Next bills"
    assert given.bills[0] == {"on": "16 April 2026", "days": "16 to 30 April 2026", "total": "€50.00"}
    assert given.facts == [["Subscription", f"{NAME} ({subscription.number})"], ["Plan", "Monthly, €100.00 / month"]]


def test_it_says_what_the_page_had_announced(as_alice, subscription):
    before = text_of(as_alice, page(subscription, "cancel"))
    given = receipt(confirm(as_alice, page(subscription, "cancel"), reason="other"))
    plain = before.replace("<strong>", "").replace("</strong>", "")
    for point in given.points:
        assert point in plain
    after = text_of(as_alice, given.get_absolute_url())
    for said in (*given.points, given.summary, given.bills_heading, given.bills[0]["total"]):
        assert said in after


def test_a_request_names_reason_message_and_ticket(as_alice, subscription):
    written = "We move <on>.\nThanks & bye"
    given = receipt(confirm(as_alice, page(subscription, "cancel"), reason="other", message=written))
    assert (given.kind, given.effective_on) == ("cancellation_scheduled", date(2026, 4, 9))
    assert given.facts[2:] == [["Reason", "Other"], ["Message", written]]
    shown = text_of(as_alice, given.get_absolute_url())
    assert f'href="/support/{Ticket.objects.get().number}/"' in shown
    assert "We move &lt;on&gt;.<br>Thanks &amp; bye" in shown


def test_an_end_at_once_is_receipted_though_the_subscription_is_over(as_alice, subscription):
    setting(subscription, cancellation_mode="immediate")
    given = receipt(confirm(as_alice, page(subscription, "cancel")))
    assert (given.kind, given.effective_on, given.bills) == ("canceled", TODAY, [])
    assert given.points[0] == "Ends today, 10 March 2026: today is the first day without it."


def test_its_mail_says_the_same(as_alice, subscription):
    given = receipt(confirm(as_alice, page(subscription, "cancel"), reason="other", message="Bye <all>"))
    mail = read("receipts/receipt", as_alice)
    assert mail.subject == f"{NAME}: Cancellation requested"
    for said in (*given.points, given.summary, "Reason: Other", "Message: Bye <all>"):
        assert said in mail.text
    assert "Still billed until then:\n\n- 1 April 2026: €26.67 for 1 to 8 April 2026\n" in mail.text
    assert f"Support request: {Ticket.objects.get().number}\nReceipt {given.number}, 10 March 2026, 12:00 (UTC)" in (
        mail.text
    )
    assert f"http://portal.test/receipts/{given.number}/" in mail.text


def test_no_act_makes_two_mails_and_none_can_be_switched_off(as_alice, subscription):
    as_alice.post("/accounts/mails/", {})
    choose(as_alice, subscription, "pause", resumes_on="")
    confirm(as_alice, page(subscription, "resume"))
    confirm(as_alice, page(subscription, "cancel"), reason="other")
    confirm(as_alice, page(subscription, "withdraw"))
    setting(subscription, cancellation_mode="immediate")
    confirm(as_alice, page(subscription, "cancel"))
    told = OutgoingMail.objects.filter(recipient="alice@example.com")
    assert [mail.template for mail in told] == ["receipts/receipt"] * 5
    assert [each.kind for each in Receipt.objects.order_by("pk")] == [
        "paused",
        "resumed",
        "cancellation_scheduled",
        "cancellation_withdrawn",
        "canceled",
    ]


def test_what_staff_do_makes_none(as_agent, subscription):
    confirm(as_agent, f"/admin/subscriptions/subscription/{subscription.pk}/cancel-now/")
    assert not Receipt.objects.exists()
    assert OutgoingMail.objects.get().template == "subscriptions/ended"


def test_what_is_refused_makes_none(as_alice, subscription):
    form = hidden_inputs(as_alice.get(page(subscription, "pause")))
    setting(subscription, allow_pause=False)
    assert as_alice.post(page(subscription, "pause"), form).status_code == 403
    assert not Receipt.objects.exists()


def test_it_stays_as_it_was_read(as_alice, subscription):
    given = receipt(confirm(as_alice, page(subscription, "cancel"), reason="other"))
    before = text_of(as_alice, given.get_absolute_url())
    setting(subscription, name="Renamed", notice_days=90)
    Plan.objects.update(name="Renamed", amount=1)
    confirm(as_alice, page(subscription, "withdraw"))
    assert text_of(as_alice, given.get_absolute_url()) == before


def test_a_second_click_leads_to_the_first_receipt_and_says_so(as_alice, subscription):
    form = hidden_inputs(as_alice.get(page(subscription, "pause")))
    first, second = [as_alice.post(page(subscription, "pause"), form) for _ in range(2)]
    assert first.url == second.url
    assert '<p class="notice" data-kind="info">This subscription is already paused.</p>' in text_of(
        as_alice, second.url
    )


def test_who_comes_after_staff_is_led_to_the_subscription(as_alice, as_agent, subscription):
    form = hidden_inputs(as_alice.get(page(subscription, "pause")))
    choose(as_alice, subscription, "pause", resumes_on="")
    confirm(as_alice, page(subscription, "resume"))
    confirm(as_agent, f"/admin/subscriptions/subscription/{subscription.pk}/pause/")
    assert as_alice.post(page(subscription, "pause"), form).url == subscription.get_absolute_url()


def test_it_is_found_again_in_the_list_and_in_the_history(as_alice, subscription):
    given = receipt(confirm(as_alice, page(subscription, "pause")))
    link = f'<a href="/receipts/{given.number}/">'
    assert link in text_of(as_alice, "/receipts/")
    assert link in text_of(as_alice, subscription.get_absolute_url())
    assert 'href="/receipts/"' in text_of(as_alice, "/accounts/")
    assert SubscriptionEvent.objects.get(kind="paused").receipt == given


def test_somebody_elses_does_not_exist(as_alice, subscription):
    given = receipt(confirm(as_alice, page(subscription, "pause")))
    stranger = signed_in(UserFactory())
    assert stranger.get(given.get_absolute_url()).status_code == 404
    assert given.number not in text_of(stranger, "/receipts/")
    assert Client().get(given.get_absolute_url()).status_code == 302


def test_its_number_is_read_however_it_is_written(as_alice, subscription):
    given = receipt(confirm(as_alice, page(subscription, "pause")))
    assert as_alice.get(f"/receipts/{given.number.lower()}/").status_code == 200
    assert as_alice.get("/receipts/R-000000/").status_code == 404
    assert as_alice.get(f"/receipts/{subscription.number}/").status_code == 404


def test_staff_find_it_by_receipt_subscription_customer_and_address(as_alice, as_agent, alice, subscription):
    given = receipt(confirm(as_alice, page(subscription, "pause")))
    for term in (given.number, subscription.number, alice.number, "Alice@Example.com"):
        assert given.number in text_of(as_agent, f"/admin/receipts/receipt/?q={term}")
    assert given.number not in text_of(as_agent, "/admin/receipts/receipt/?q=nobody@example.com")
    address = f"/admin/receipts/receipt/{given.pk}/change/"
    assert f'<a href="{address}">{given.number}</a>' in text_of(
        as_agent, f"/admin/subscriptions/subscription/{subscription.pk}/change/"
    )
    shown = text_of(as_agent, address)
    assert "Paused from 10 March 2026." in shown
    assert as_agent.post(f"/admin/receipts/receipt/{given.pk}/change/", {"title": "x"}).status_code == 403
    assert as_agent.get("/admin/receipts/receipt/add/").status_code == 403


def test_another_plan_counts_from_the_next_full_period(as_alice, subscription):
    setting(subscription, allow_plan_change=True)
    yearly = PlanFactory(product=subscription.product, name="Yearly", amount=900, interval="year")
    subscription.product.plans.update(is_open_to_change=True)
    given = receipt(choose(as_alice, subscription, "plan", plan=yearly.pk))
    assert (given.kind, given.effective_on) == ("plan_chosen", date(2026, 4, 1))
    assert "Until then it stays on Monthly, €100.00 / month." in given.points


def test_asking_and_withdrawing_are_one_conversation_with_the_ticket(as_alice, subscription):
    confirm(as_alice, page(subscription, "cancel"), reason="other")
    given = receipt(confirm(as_alice, page(subscription, "withdraw")))
    assert given.ticket == Ticket.objects.get().number
    told = OutgoingMail.objects.filter(recipient="alice@example.com")
    assert {mail.thread for mail in told} == {given.ticket}
