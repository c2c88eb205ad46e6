"""What each action's page says before anything happens."""

from datetime import date

import pytest

from subscriptions.models import LinkedService
from tests.conftest import signed_in
from tests.factories import started
from tests.pages import confirm
from tests.subscriptions.test_pages import BEGUN, TODAY, cancel, pause


@pytest.fixture(autouse=True)
def _today(clock):
    clock(TODAY)


def shown_by(client, subscription, action):
    response = client.get(f"/subscriptions/{subscription.number}/{action}/")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_pause_page_asks_and_says_what_the_pause_costs(as_alice, alice):
    subscription = started(alice, BEGUN)
    page = shown_by(as_alice, subscription, "pause")
    assert f"<title>Pause {subscription.product.name}?" in page
    assert "Paused from <strong>10 March 2026</strong>." in page
    assert "The days of the pause before then are not given back." in page
    assert "data-live-preview" in page
    assert 'aria-describedby="id_resumes_on_helptext"' in page
    assert 'id="id_resumes_on_helptext"' in page


def test_a_pause_that_gives_days_back_says_so(as_alice, alice):
    page = shown_by(as_alice, started(alice, BEGUN, resume_rule="give_back"), "pause")
    assert "Whole days of the pause are given back" in page


@pytest.mark.parametrize(("resumes_on", "warned"), [("2026-03-20", True), ("2026-04-01", True), ("2026-04-02", False)])
def test_a_pause_within_the_billed_days_says_that_it_saves_nothing(as_alice, alice, resumes_on, warned):
    address = f"/subscriptions/{started(alice, BEGUN).number}/pause/"
    page = as_alice.post(address, {"preview": "1", "resumes_on": resumes_on}).content.decode()
    assert ("it saves nothing" in page) is warned


def test_while_paused_the_bill_after_the_pause_is_the_next_one(as_alice, alice):
    subscription = started(alice, BEGUN)
    pause(as_alice, subscription, resumes_on="2026-04-16")
    page = " ".join(as_alice.get(subscription.get_absolute_url()).content.decode().split())
    assert "16 April 2026 <small>After the pause</small>" in page


def test_a_date_that_is_too_early_is_refused_beside_its_field(as_alice, alice):
    subscription = started(alice, BEGUN)
    response = confirm(as_alice, f"/subscriptions/{subscription.number}/pause/", resumes_on="2026-03-10")
    page = response.content.decode()
    assert "<title>Error: Pause" in page
    assert "The pause can end on 11 March 2026 at the earliest, and within ten years." in page
    assert 'aria-describedby="id_resumes_on_helptext id_resumes_on_error"' in page
    assert 'id="id_resumes_on_error"' in page


def test_the_resume_page_names_what_is_billed_today(as_alice, alice, clock):
    subscription = started(alice, BEGUN)
    pause(as_alice, subscription)
    clock(date(2026, 4, 16))
    page = shown_by(signed_in(alice), subscription, "resume")
    assert "Active again from today, <strong>16 April 2026</strong>." in page
    assert "Billed today: <strong>€50.00</strong> for 16 to 30 April 2026." in page


def test_resuming_early_says_how_the_next_billing_date_moves(as_alice, alice, clock):
    subscription = started(alice, BEGUN, resume_rule="give_back")
    pause(as_alice, subscription)
    clock(date(2026, 3, 21))
    page = shown_by(as_alice, subscription, "resume")
    assert "the next billing date moves from 1 April 2026 to <strong>11 April 2026</strong>." in page


def test_canceling_at_once_says_that_there_is_no_refund_and_no_way_back(as_alice, alice):
    page = shown_by(as_alice, started(alice, BEGUN, cancellation_mode="immediate"), "cancel")
    assert "Ends <strong>today, 10 March 2026</strong>" in page
    assert "There is no refund: it is billed until 1 April 2026" in page
    assert "This cannot be undone." in page
    assert "No further days are billed; an invoice that is still open stays due." in page


def test_canceling_on_the_day_of_an_invoice_says_once_that_it_is_void(as_alice, alice):
    page = shown_by(as_alice, started(alice, TODAY, cancellation_mode="immediate"), "cancel")
    assert "The open invoice over €100.00 for 10 March to 9 April 2026 becomes void when it ends." in page
    assert page.count("void") == 1
    assert "There is no refund" not in page
    assert "No further days are billed." in page
    assert "stays due" not in page


def test_canceling_on_the_day_of_a_paid_invoice_says_that_there_is_no_refund(as_alice, alice):
    subscription = started(alice, TODAY, cancellation_mode="immediate")
    subscription.invoices.update(status="paid")
    page = shown_by(as_alice, subscription, "cancel")
    assert "There is no refund: it is billed until 10 April 2026" in page
    assert "void" not in page


def test_the_request_page_says_when_it_ends_and_what_is_still_billed(as_alice, alice):
    subscription = started(alice, BEGUN)
    LinkedService.objects.create(subscription=subscription, name="example.org")
    page = shown_by(as_alice, subscription, "cancel")
    assert "Ends on <strong>9 April 2026</strong>: this is the first day without it." in page
    assert "30 days’ notice from 10 March 2026" in page
    assert "1 to 8 April 2026" in page
    assert "These linked services will no longer renew by themselves: example.org." in page
    assert "I’d rather not say" in page


def test_a_request_without_a_reason_is_refused_beside_the_reasons(as_alice, alice):
    response = confirm(as_alice, f"/subscriptions/{started(alice, BEGUN).number}/cancel/", message="Goodbye")
    page = response.content.decode()
    assert "<title>Error: Cancel" in page
    assert 'aria-describedby="id_reason_error"' in page
    assert 'id="id_reason_error"' in page
    assert "Goodbye" in page


def test_whoever_would_lose_unused_days_is_told_to_resume_first(as_alice, alice, clock):
    subscription = started(alice, BEGUN, resume_rule="give_back", notice_days=0)
    pause(as_alice, subscription)
    clock(date(2026, 3, 21))
    page = shown_by(as_alice, subscription, "cancel")
    assert (
        "lost when it ends on 1 April 2026. Resume first and they are given back: it then ends on 11 April 2026."
        in page
    )


def test_the_withdraw_page_says_that_it_no_longer_ends(as_alice, alice):
    subscription = started(alice, BEGUN)
    cancel(as_alice, subscription)
    page = shown_by(as_alice, subscription, "withdraw")
    assert "It no longer ends on 9 April 2026." in page
    assert "Nothing is billed today: it is billed until 1 April 2026 already." in page


def test_a_refusal_gives_its_reason_and_a_way_on(as_alice, alice):
    response = as_alice.get(f"/subscriptions/{started(alice, BEGUN, allow_pause=False).number}/pause/")
    assert response.status_code == 403
    page = response.content.decode()
    assert "Pausing is not offered here" in page
    assert "See your subscription" in page
