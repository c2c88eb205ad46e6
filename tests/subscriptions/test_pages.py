"""What the portal's pages show of a subscription in every state."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext

from portal_project.accounts.models import Merchant
from subscriptions.models import Channel, EventKind, Invoice, LinkedService, SubscriptionEvent
from tests.factories import PlanFactory, ProductFactory, started
from tests.pages import confirm, hidden_inputs

TODAY = date(2026, 3, 10)
BEGUN = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def _today(clock):
    clock(TODAY)


def page_of(client, subscription):
    response = client.get(f"/subscriptions/{subscription.number}/")
    assert response.status_code == 200
    # Line breaks of templates say nothing to a reader.
    return " ".join(response.content.decode().split())


def pause(client, subscription, resumes_on=""):
    """Choose the day, read what it leads to, and confirm just that."""
    url = f"/subscriptions/{subscription.number}/pause/"
    shown = client.post(url, {"preview": "1", "resumes_on": resumes_on})
    response = client.post(url, hidden_inputs(shown) | {"resumes_on": resumes_on})
    assert response.status_code == 302


def cancel(client, subscription, **typed):
    response = confirm(client, f"/subscriptions/{subscription.number}/cancel/", **({"reason": "not_said"} | typed))
    assert response.status_code == 302


def test_an_active_subscription_shows_plan_price_and_next_billing_date(as_alice, alice):
    page = page_of(as_alice, started(alice, BEGUN))
    assert 'data-status="active"' in page
    assert "data-cancels-on" not in page
    assert "€100.00 / month" in page
    assert "1 April 2026" in page
    assert "1 to 31 March 2026" in page  # the first invoice
    assert "Subscription started" in page


def test_a_trial_says_when_it_ends_and_what_it_costs_then(as_alice, alice):
    plan = PlanFactory(trial_days=30)
    page = page_of(as_alice, started(alice, BEGUN, plan))
    assert 'data-status="trialing"' in page
    assert "The trial ends on 31 March 2026. From then on it costs €100.00 / month." in page
    assert "A trial cannot be paused." in page


def test_a_pause_without_a_date_lasts_until_the_customer_resumes(as_alice, alice):
    subscription = started(alice, BEGUN)
    pause(as_alice, subscription)
    page = page_of(as_alice, subscription)
    assert 'data-status="paused"' in page
    assert "Paused since 10 March 2026. Stays paused until it is resumed." in page
    assert "Not billed while paused" in page
    assert "Nothing is billed until you resume." in page
    assert "Resume Subscription" in page
    assert "10 March 2026 by you" in page


def test_a_pause_with_a_date_says_when_it_ends_and_what_is_billed_then(as_alice, alice):
    subscription = started(alice, BEGUN)
    pause(as_alice, subscription, "2026-04-16")
    page = page_of(as_alice, subscription)
    assert "Resumes by itself on 16 April 2026." in page
    assert "16 to 30 April 2026" in page
    assert "€50.00" in page


def test_a_scheduled_pause_says_when_it_begins(as_alice, alice):
    subscription = started(alice, BEGUN, pause_starts="period_end")
    pause(as_alice, subscription)
    page = page_of(as_alice, subscription)
    assert 'data-status="active"' in page
    assert "Pauses on 1 April 2026. Stays paused until it is resumed." in page
    assert "Drop the scheduled pause" in page


def test_a_notice_says_when_it_ends_and_why_and_offers_to_withdraw(as_alice, alice):
    subscription = started(alice, BEGUN)
    cancel(as_alice, subscription)
    page = page_of(as_alice, subscription)
    assert 'data-status="active" data-cancels-on="2026-04-09"' in page
    assert "Cancellation requested on 10 March 2026; the subscription ends on 9 April 2026." in page
    assert "30 days’ notice from 10 March 2026" in page
    assert "Withdraw cancellation</a>" in page
    assert "Cancel Subscription</a>" not in page
    assert f"See your request {subscription.tickets.get().number}" in page


def test_an_end_that_nobody_requested_here_has_a_banner_too(as_alice, alice):
    subscription = started(alice, BEGUN)
    type(subscription).objects.filter(pk=subscription.pk).update(cancels_on=date(2026, 5, 1))
    page = page_of(as_alice, subscription)
    assert "The subscription ends on 1 May 2026." in page
    assert "Withdraw cancellation" in page


def test_a_canceled_subscription_says_when_it_ended_and_offers_nothing(as_alice, alice):
    subscription = started(alice, BEGUN, cancellation_mode="immediate")
    cancel(as_alice, subscription)
    page = page_of(as_alice, subscription)
    assert 'data-status="canceled"' in page
    assert "Ended on 10 March 2026. No further days are billed." in page
    assert 'class="actions"' not in page


@pytest.mark.parametrize(
    ("allow_pause", "allow_cancel", "shown", "hidden"),
    [
        (True, True, ["Pause Subscription</a>", "Cancel Subscription</a>"], ["Contact us to"]),
        (True, False, ["Pause Subscription</a>", "Contact us to cancel"], ["Cancel Subscription</a>"]),
        (False, True, ["Contact us to pause", "Cancel Subscription</a>"], ["Pause Subscription</a>"]),
        (False, False, ["Contact us for any change"], ["Pause Subscription</a>", "Cancel Subscription</a>", "us to"]),
    ],
)
def test_the_product_decides_which_buttons_there_are(as_alice, alice, allow_pause, allow_cancel, shown, hidden):
    page = page_of(as_alice, started(alice, BEGUN, allow_pause=allow_pause, allow_cancel=allow_cancel))
    assert [text for text in shown if text not in page] == []
    assert [text for text in hidden if text in page] == []


def test_linked_services_say_whether_they_renew(as_alice, alice):
    subscription = started(alice, BEGUN)
    LinkedService.objects.create(subscription=subscription, name="example.org", renews_on=date(2026, 9, 4))
    assert "Renews on 4 September 2026" in page_of(as_alice, subscription)
    cancel(as_alice, subscription)
    assert "No longer renews on 4 September 2026, because the subscription ends" in page_of(as_alice, subscription)


def test_the_history_says_who_did_what(as_alice, alice, agent):
    subscription = started(alice, BEGUN)
    for actor, channel in ((agent, Channel.ADMIN), (None, Channel.JOB), (None, Channel.IMPORT)):
        SubscriptionEvent.objects.create(
            subscription=subscription, kind=EventKind.RESUMED, actor=actor, channel=channel, effective_on=TODAY
        )
    page = page_of(as_alice, subscription)
    assert "by Subscription Portal staff" in page
    assert "Sam" not in page
    assert "automatically" in page
    assert "by import" in page
    assert "1 March 2026 by you" in page


@pytest.mark.parametrize(
    ("covers_from", "covers_to", "words"),
    [
        (date(2026, 11, 22), date(2026, 12, 22), "22 November to 21 December 2026"),
        (date(2026, 12, 22), date(2027, 1, 22), "22 December 2026 to 21 January 2027"),
        (date(2026, 12, 22), date(2026, 12, 23), "22 December 2026"),
    ],
)
def test_covered_days_are_named_with_the_last_day_that_is_covered(covers_from, covers_to, words):
    invoice = Invoice(covers_from=covers_from, covers_to=covers_to)
    assert Template("{% load portal_text %}{{ invoice|days }}").render(Context({"invoice": invoice})) == words


@pytest.mark.parametrize("url", ["/", "/subscriptions/"])
def test_whoever_has_no_subscription_is_told_so(as_alice, url):
    assert "You have no subscriptions" in as_alice.get(url).content.decode()


@pytest.mark.parametrize("url", ["/", "/subscriptions/"])
def test_a_subscription_leads_to_its_page(as_alice, alice, url):
    subscription = started(alice, BEGUN)
    page = as_alice.get(url).content.decode()
    assert f'href="/subscriptions/{subscription.number}/"' in page
    assert "Next bill on 1 April 2026" in page


def test_twenty_five_subscriptions_take_two_pages(as_alice, alice):
    plan = PlanFactory()
    subscriptions = [started(alice, BEGUN, plan) for _ in range(25)]
    first = as_alice.get("/subscriptions/").content.decode()
    assert subscriptions[-1].number in first
    assert subscriptions[0].number not in first
    second = as_alice.get(f"/subscriptions/?after={subscriptions[5].pk}").content.decode()
    assert subscriptions[0].number in second
    assert "Older" not in second
    assert "See all" in as_alice.get("/").content.decode()


def queries_of(client, url):
    # Whoever comes for the first time is noted.
    client.get(url)
    Merchant.forget()
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("url", ["/subscriptions/", "/"])
def test_a_list_takes_the_same_queries_for_three_rows_and_twenty(as_alice, alice, url):
    for _ in range(3):
        started(alice, BEGUN)
    few = queries_of(as_alice, url)
    for _ in range(17):
        started(alice, BEGUN)
    assert queries_of(as_alice, url) == few


def test_a_page_takes_the_same_queries_for_a_short_and_a_long_history(as_alice, alice, agent):
    subscription = started(alice, BEGUN)
    # Without any, the question what has been done about them is not asked.
    LinkedService.objects.create(subscription=subscription, name="example.org")
    url = f"/subscriptions/{subscription.number}/"
    few = queries_of(as_alice, url)
    for number in range(30):
        SubscriptionEvent.objects.create(
            subscription=subscription, kind=EventKind.PAUSED, actor=agent, channel=Channel.ADMIN, effective_on=TODAY
        )
        LinkedService.objects.create(subscription=subscription, name=f"{number}.example.org")
    assert queries_of(as_alice, url) == few


def test_tickets_take_the_same_queries_for_one_and_ten(as_alice, alice):
    product = ProductFactory()
    cancel(as_alice, started(alice, BEGUN, PlanFactory(product=product)))
    few = queries_of(as_alice, "/support/")
    for _ in range(9):
        cancel(as_alice, started(alice, BEGUN, PlanFactory(product=ProductFactory())))
    assert queries_of(as_alice, "/support/") == few


def test_the_ticket_of_a_request_shows_reason_end_and_conversation(as_alice, alice):
    subscription = started(alice, BEGUN)
    cancel(as_alice, subscription, reason="too_expensive", message="Thank <you>.")
    page = as_alice.get(subscription.tickets.get().get_absolute_url()).content.decode()
    assert "Too expensive" in page
    assert "9 April 2026" in page
    assert "In notice" in page
    assert "Thank &lt;you&gt;." in page


def test_a_day_later_the_page_is_caught_up_although_no_job_has_run(as_alice, alice, clock):
    subscription = started(alice, BEGUN)
    pause(as_alice, subscription, "2026-03-12")
    clock(TODAY + timedelta(days=2))
    page = page_of(as_alice, subscription)
    assert 'data-status="active"' in page
    assert "12 March 2026 automatically" in page
