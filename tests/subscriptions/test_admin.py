"""The admin's subscriptions, as a member of staff uses them."""

from datetime import date

import pytest

from subscriptions.models import LinkedService, Subscription, SubscriptionEvent
from support.models import CancellationRequest, Ticket
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, UserFactory, started
from tests.pages import confirm, hidden_inputs

LIST = "/admin/subscriptions/subscription/"
START = date(2026, 3, 20)


@pytest.fixture
def hosting(alice, clock):
    clock(date(2026, 4, 5))
    return started(alice, START)


def page(subscription, verb="change"):
    return f"{LIST}{subscription.pk}/{verb}/"


def buttons(client, subscription):
    text = client.get(page(subscription)).content.decode()
    verbs = ("pause", "resume", "resume-date", "drop-pause", "request-cancellation", "withdraw", "cancel-now")
    return {verb for verb in verbs if f'href="{page(subscription, verb)}"' in text}


def test_staff_start_a_subscription_which_is_billed_at_once(as_merchant, alice, merchant, clock):
    clock(date(2026, 4, 5))
    shown = confirm(as_merchant, f"{LIST}add/", customer=alice.pk, plan=PlanFactory().pk)
    for _ in range(2):
        assert as_merchant.post(f"{LIST}add/", hidden_inputs(shown)).status_code == 302
    subscription = Subscription.objects.get()
    assert (subscription.status, subscription.period_end) == ("active", date(2026, 5, 5))
    assert subscription.invoices.count() == 1
    event = SubscriptionEvent.objects.get(kind="started")
    assert (event.actor, event.channel) == (merchant, "admin")


def test_a_page_that_is_sent_again_for_somebody_else_asks_once_more(as_merchant, alice, bob, clock):
    """As after going back in the browser: nobody is told of a start that was another one."""
    clock(date(2026, 4, 5))
    plan, form = PlanFactory(), hidden_inputs(as_merchant.get(f"{LIST}add/"))
    shown = as_merchant.post(f"{LIST}add/", form | {"customer": alice.pk, "plan": plan.pk})
    as_merchant.post(f"{LIST}add/", hidden_inputs(shown))
    again = as_merchant.post(f"{LIST}add/", form | {"customer": bob.pk, "plan": plan.pk})
    assert "This page had been sent before, for another start. Send it once more." in again.content.decode()
    assert Subscription.objects.get().customer == alice
    shown = as_merchant.post(f"{LIST}add/", hidden_inputs(again) | {"customer": bob.pk, "plan": plan.pk})
    assert as_merchant.post(f"{LIST}add/", hidden_inputs(shown)).status_code == 302
    assert Subscription.objects.filter(customer=bob).count() == 1


def test_what_a_start_leads_to_is_shown_before_it_happens(as_merchant, alice, clock):
    clock(date(2026, 4, 5))
    plan = PlanFactory()
    shown = confirm(as_merchant, f"{LIST}add/", customer=alice.pk, plan=plan.pk)
    text = " ".join(shown.content.decode().split())
    assert "Starts today, <strong>5 April 2026</strong>." in text
    assert "Billed today: <strong>€100.00</strong> for 5 April to 4 May 2026." in text
    assert [f"<td>5 {month} 2026</td>" in text for month in ("May", "Jun", "Jul")] == [True] * 3
    assert not Subscription.objects.exists()
    plan.amount = 120
    plan.save()
    again = as_merchant.post(f"{LIST}add/", hidden_inputs(shown))
    assert "Billed at once: €120.00 on 5 April 2026 (before: €100.00 on 5 April 2026)." in again.content.decode()
    assert not Subscription.objects.exists()
    as_merchant.post(f"{LIST}add/", hidden_inputs(again))
    assert Subscription.objects.get().amount == 120


def test_the_start_of_a_trial_says_when_it_ends_and_when_billing_begins(as_merchant, alice, clock):
    clock(date(2026, 4, 5))
    shown = confirm(as_merchant, f"{LIST}add/", customer=alice.pk, plan=PlanFactory(trial_days=14).pk)
    text = shown.content.decode()
    assert "The trial runs for 14 days from 5 April 2026, so it ends on 19 April 2026." in text
    assert "<td>19 Apr 2026</td>" in text
    assert "Billed today" not in text


def test_an_inactive_product_takes_no_new_subscriptions_and_the_old_ones_live_on(as_merchant, hosting, alice):
    product = hosting.product
    product.is_active = False
    product.save()
    response = confirm(as_merchant, f"{LIST}add/", customer=alice.pk, plan=hosting.plan_id)
    assert "takes no new subscriptions, because it is not active" in response.content.decode()
    assert Subscription.objects.count() == 1
    assert buttons(as_merchant, hosting) == {"pause", "request-cancellation", "cancel-now"}


@pytest.mark.parametrize("switches", [{}, {"allow_pause": False, "allow_cancel": False}])
def test_the_buttons_follow_the_table_and_not_the_switches(as_agent, alice, clock, switches):
    clock(date(2026, 4, 5))
    subscription = started(alice, START, **switches)
    assert buttons(as_agent, subscription) == {"pause", "request-cancellation", "cancel-now"}
    confirm(as_agent, page(subscription, "pause"))
    assert buttons(as_agent, subscription) == {"resume", "resume-date", "request-cancellation", "cancel-now"}
    confirm(as_agent, page(subscription, "request-cancellation"), reason="other", message="By phone today.")
    assert buttons(as_agent, subscription) == {"withdraw", "cancel-now"}
    confirm(as_agent, page(subscription, "withdraw"))
    confirm(as_agent, page(subscription, "resume"))
    confirm(as_agent, page(subscription, "cancel-now"))
    assert buttons(as_agent, subscription) == set()


def test_a_confirmation_names_customer_and_product(as_agent, hosting):
    for verb in ("pause", "request-cancellation", "cancel-now"):
        text = as_agent.get(page(hosting, verb)).content.decode()
        assert "Alice Ahn, alice@example.com" in text
        assert f"{hosting.product.name} · Monthly" in text


@pytest.mark.parametrize("verb", ["cancel-now", "request-cancellation"])
def test_a_confirmation_names_the_services_that_stop_renewing(as_agent, hosting, verb):
    LinkedService.objects.create(subscription=hosting, name="example.org")
    LinkedService.objects.create(subscription=hosting, name="off.example.org", auto_renew=False)
    text = " ".join(as_agent.get(page(hosting, verb)).content.decode().split())
    assert "These linked services will no longer renew by themselves: example.org." in text
    assert "no longer renew" not in as_agent.get(page(hosting, "pause")).content.decode()


def test_a_get_of_a_verb_changes_nothing(as_agent, hosting):
    as_agent.get(page(hosting, "cancel-now"))
    hosting.refresh_from_db()
    assert hosting.status == "active"


def test_a_pause_by_staff_is_not_the_customers_own(as_agent, agent, alice, clock):
    clock(date(2026, 4, 5))
    subscription = started(alice, START, allow_pause=False, max_pause_days=10, max_pauses_per_year=1)
    confirm(as_agent, page(subscription, "pause"))
    event = SubscriptionEvent.objects.get(kind="paused")
    assert (event.actor, event.channel, event.own) == (agent, "admin", False)
    subscription.refresh_from_db()
    assert subscription.resumes_on is None


def test_canceling_now_resolves_the_ticket_of_the_request(as_alice, as_agent, agent, hosting):
    confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="switching")
    confirm(as_agent, page(hosting, "cancel-now"))
    hosting.refresh_from_db()
    assert (hosting.status, hosting.canceled_on) == ("canceled", date(2026, 4, 5))
    request = CancellationRequest.objects.get()
    assert (request.decision, request.decided_by) == ("canceled_now", agent)
    assert Ticket.objects.get().status == "resolved"


def test_a_second_confirmation_leads_to_the_first_result(as_agent, hosting):
    form = hidden_inputs(as_agent.get(page(hosting, "cancel-now")))
    for _ in range(2):
        assert as_agent.post(page(hosting, "cancel-now"), form).url == page(hosting)
    assert SubscriptionEvent.objects.filter(kind="canceled").count() == 1


def test_what_is_not_possible_is_a_409_with_the_reason(as_alice, as_agent, hosting):
    confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="switching")
    response = as_agent.post(page(hosting, "pause"))
    assert response.status_code == 409
    assert "it can no longer be paused" in response.content.decode()


def test_the_dates_cannot_be_edited_by_hand(as_merchant, hosting):
    as_merchant.post(
        page(hosting),
        {
            "external_id": "A-1",
            "status": "canceled",
            "period_end": "2030-01-01",
            "linked_services-TOTAL_FORMS": 0,
            "linked_services-INITIAL_FORMS": 0,
        },
    )
    hosting.refresh_from_db()
    assert (hosting.external_id, hosting.status, hosting.period_end) == ("A-1", "active", date(2026, 4, 20))


def test_the_page_shows_history_bills_and_linked_services(as_agent, hosting):
    LinkedService.objects.create(subscription=hosting, name="example.org")
    text = as_agent.get(page(hosting)).content.decode()
    for shown in ("Subscription started", "example.org", "000001", "20 Apr 2026"):
        assert shown in text


def test_the_list_filters_by_status_and_product(as_agent, alice, clock):
    clock(date(2026, 4, 5))
    first, second = started(alice, START), started(alice, START)
    confirm(as_agent, page(second, "pause"))
    by_status = as_agent.get(LIST, {"status__exact": "paused"}).content.decode()
    assert (second.number in by_status, first.number in by_status) == (True, False)
    by_product = as_agent.get(LIST, {"plan__product__id__exact": first.product.pk}).content.decode()
    assert (first.number in by_product, second.number in by_product) == (True, False)


def test_the_queries_of_the_list_do_not_grow(as_agent, clock, django_assert_max_num_queries):
    clock(date(2026, 4, 5))
    plan = PlanFactory()
    for _ in range(30):
        started(UserFactory(), START, plan)
    with django_assert_max_num_queries(20):
        as_agent.get(LIST)


def test_a_customer_and_staff_without_a_role_do_not_get_in(as_alice, hosting):
    assert as_alice.get(page(hosting, "cancel-now")).status_code == 302
    roleless = signed_in(UserFactory(is_staff=True))
    assert roleless.get(LIST).status_code == 403
    form = {"announced": ""}
    assert roleless.post(page(hosting, "cancel-now"), form).status_code == 403
    hosting.refresh_from_db()
    assert hosting.status == "active"


def test_support_reads_products_and_cannot_change_them(as_agent, hosting):
    product = f"/admin/products/product/{hosting.product.pk}/change/"
    assert as_agent.get(product).status_code == 200
    assert as_agent.post(product, {"name": "Changed"}).status_code == 403


def test_a_product_with_subscriptions_cannot_be_deleted(as_merchant, hosting):
    as_merchant.post(f"/admin/products/product/{hosting.product.pk}/delete/", {"post": "yes"})
    hosting.product.refresh_from_db()
    empty = ProductFactory()
    as_merchant.post(f"/admin/products/product/{empty.pk}/delete/", {"post": "yes"})
    assert not type(empty).objects.filter(pk=empty.pk).exists()


def test_staff_cannot_be_made_customers(as_merchant, agent, clock):
    clock(date(2026, 4, 5))
    response = confirm(as_merchant, f"{LIST}add/", customer=agent.pk, plan=PlanFactory().pk)
    assert "Staff cannot be customers." in response.content.decode()


def test_a_service_that_is_linked_during_the_notice_does_not_renew(as_alice, as_merchant, hosting):
    confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="other")
    service = {
        "linked_services-0-kind": "domain",
        "linked_services-0-name": "x.org",
        "linked_services-0-auto_renew": "on",
    }
    as_merchant.post(page(hosting), {"linked_services-TOTAL_FORMS": 1, "linked_services-INITIAL_FORMS": 0} | service)
    assert LinkedService.objects.get().auto_renew is False
    confirm(as_alice, f"/subscriptions/{hosting.number}/withdraw/")
    assert LinkedService.objects.get().auto_renew is True


@pytest.mark.parametrize("odd", ["abc", "0x1", "999999"])
def test_an_odd_address_is_a_404_or_the_start_page(as_agent, odd):
    assert as_agent.get(f"{LIST}{odd}/change/").status_code in (302, 404)
    assert as_agent.get(f"{LIST}{odd}/pause/").status_code == 404


def test_support_keeps_linked_services(as_agent, hosting):
    service = {
        "linked_services-0-kind": "certificate",
        "linked_services-0-name": "www\u200b.example.org",
        "linked_services-0-reference": "R-17",
        "linked_services-0-renews_on": "2026-12-08",
    }
    as_agent.post(page(hosting), {"linked_services-TOTAL_FORMS": 1, "linked_services-INITIAL_FORMS": 0} | service)
    kept = LinkedService.objects.get()
    assert (kept.kind, kept.name, kept.reference) == ("certificate", "www.example.org", "R-17")
    assert (kept.auto_renew, kept.renews_on) == (False, date(2026, 12, 8))


def test_in_notice_the_box_says_what_auto_renew_goes_back_to(as_alice, as_merchant, hosting):
    service = LinkedService.objects.create(subscription=hosting, name="x.org")
    confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="other")
    html = as_merchant.get(page(hosting)).content.decode()
    assert "off: it ends" in html
    sent = {
        "linked_services-TOTAL_FORMS": 1,
        "linked_services-INITIAL_FORMS": 1,
        "linked_services-0-id": service.pk,
        "linked_services-0-kind": "domain",
        "linked_services-0-name": "y.org",
        "linked_services-0-auto_renew": "on",
    }
    as_merchant.post(page(hosting), sent)
    service.refresh_from_db()
    assert (service.name, service.auto_renew, service.auto_renew_before) == ("y.org", False, True)
    del sent["linked_services-0-auto_renew"]
    as_merchant.post(page(hosting), sent)
    service.refresh_from_db()
    assert (service.auto_renew, service.auto_renew_before) == (False, False)
