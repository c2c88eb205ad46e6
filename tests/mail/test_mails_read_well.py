"""Every mail about a subscription as its customer gets it, made by doing the real thing on the real pages."""

from datetime import date

import pytest
from django.core.management import call_command

from portal_project.accounts.models import Merchant
from products.models import PauseStarts
from support.models import Ticket
from tests.conftest import signed_in
from tests.factories import PlanFactory, started
from tests.mail.reading import read
from tests.pages import confirm, hidden_inputs

TODAY = date(2026, 3, 10)
NAME = "Tom & Jerry’s <Hosting>"


@pytest.fixture(autouse=True)
def _setting(clock, db):
    clock(TODAY)
    Merchant(pk=1, name="Bits & Bytes").save()


@pytest.fixture
def subscription(alice):
    return started(alice, date(2026, 3, 1), name=NAME)


def page(subscription, action):
    return f"/subscriptions/{subscription.number}/{action}/"


def setting(subscription, **values):
    subscription.product._meta.model.objects.filter(pk=subscription.product.pk).update(**values)


def in_the_admin(subscription, action):
    return f"/admin/subscriptions/subscription/{subscription.pk}/{action}/"


def pause(as_agent, subscription, resumes_on=""):
    agree(as_agent, subscription, "pause", resumes_on=resumes_on)


def agree(client, subscription, action, **typed):
    shown = client.post(in_the_admin(subscription, action), typed | {"preview": "1"})
    assert client.post(in_the_admin(subscription, action), hidden_inputs(shown) | typed).status_code == 302


def about(subscription, template):
    """The text of the newest mail from the template; it greets the customer, and names and links the subscription."""
    rendered = read(template, signed_in(subscription.customer))
    assert NAME in rendered.subject
    assert rendered.text.startswith("Hello Alice Ahn,\n\n")
    assert f"{NAME} ({subscription.number})" in rendered.text
    assert f"http://portal.test/subscriptions/{subscription.number}/" in rendered.text
    return rendered.text


def may_be_switched_off(text):
    return "Switch these mails off: http://portal.test/accounts/mails/" in text


def test_paused(as_agent, subscription):
    pause(as_agent, subscription)
    text = about(subscription, "subscriptions/paused")
    assert "is paused from 10 March 2026." in text
    assert (
        "It stays paused until you resume it, on its page in the portal. Nothing is billed while it is paused." in text
    )
    assert may_be_switched_off(text)


def test_paused_until_a_day(as_agent, subscription):
    pause(as_agent, subscription, "2026-04-16")
    text = about(subscription, "subscriptions/paused")
    assert "It resumes by itself on 16 April 2026; you can also resume it earlier." in text


def test_pause_scheduled_and_dropped(as_agent, subscription):
    setting(subscription, pause_starts=PauseStarts.PERIOD_END)
    pause(as_agent, subscription)
    text = about(subscription, "subscriptions/pause_scheduled")
    assert "pauses on 1 April 2026" in text
    assert may_be_switched_off(text)
    agree(as_agent, subscription, "drop-pause")
    text = about(subscription, "subscriptions/pause_dropped")
    assert "Billing goes on from 1 April 2026." in text
    assert may_be_switched_off(text)


def test_resumed(as_agent, subscription):
    pause(as_agent, subscription)
    agree(as_agent, subscription, "resume")
    text = about(subscription, "subscriptions/resumed")
    assert "is active again since 10 March 2026." in text
    assert "Billing goes on from 1 April 2026" in text
    assert may_be_switched_off(text)


def test_ended_by_the_job(as_alice, subscription, clock):
    confirm(as_alice, page(subscription, "cancel"), reason="not_said")
    clock(date(2026, 4, 9))
    call_command("apply_due")
    text = about(subscription, "subscriptions/ended")
    assert "9 April 2026 is the first day without it." in text
    assert "No further days are billed; an invoice that is still open stays due." in text
    assert "Bits & Bytes ended it" not in text
    assert not may_be_switched_off(text)


def ask_for(as_agent, subscription, reason="other", message=""):
    agree(as_agent, subscription, "request-cancellation", reason=reason, message=message)


def test_a_request_says_when_it_came_when_it_ends_what_is_billed_and_how_to_withdraw(as_agent, subscription):
    ask_for(as_agent, subscription, message="We move <on>.\nThanks & bye")
    text = about(subscription, "support/request_received")
    assert "Received: 10 March 2026, 12:00" in text
    assert "Reason: Other" in text
    assert "We move <on>.\nThanks & bye" in text
    assert "It ends on 9 April 2026: this is the first day without it." in text
    assert "30 days’ notice from 10 March 2026 ends on 9 April 2026" in text
    assert "this is still billed:\n\n- 1 April 2026: €26.67 for 1 to 8 April 2026\n\n" in text
    assert "Until it ends you can withdraw the cancellation on the page of the subscription" in text
    assert f"http://portal.test/support/{Ticket.objects.get().number}/" in text
    assert not may_be_switched_off(text)


def test_a_long_notice_names_a_dozen_bills(as_agent, subscription):
    setting(subscription, notice_days=365)
    type(subscription).objects.update(interval="week", period_end=date(2026, 3, 15))
    ask_for(as_agent, subscription)
    text = about(subscription, "support/request_received")
    assert text.count("€100.00") == 12
    assert "And so on until it ends." in text


def test_a_request_with_nothing_left_to_bill(as_agent, subscription):
    setting(subscription, notice_days=0)
    ask_for(as_agent, subscription)
    text = about(subscription, "support/request_received")
    assert "It ends on 1 April 2026" in text
    assert "Nothing more is billed until then." in text


def test_a_request_that_ends_at_once(as_agent, agent, subscription, clock):
    setting(subscription, notice_days=0)
    pause(as_agent, subscription)
    clock(date(2026, 4, 1))
    ask_for(signed_in(agent), subscription, reason="not_needed")
    text = about(subscription, "support/request_received")
    assert "It has ended: 1 April 2026 is the first day without it." in text
    assert "No further days are billed." in text
    assert "withdraw" not in text


def test_withdrawn(as_agent, subscription):
    ask_for(as_agent, subscription)
    agree(as_agent, subscription, "withdraw")
    text = about(subscription, "support/request_withdrawn")
    assert "It no longer ends on 9 April 2026." in text
    assert (
        "Bits & Bytes withdrew it for you. If that is not what you wanted, please request the cancellation again."
        in text
    )
    assert "The next bill is on 1 April 2026: €100.00 for 1 to 30 April 2026." in text
    assert f"Your support request {Ticket.objects.get().number} is closed" in text


def test_withdrawn_while_paused(as_agent, subscription):
    pause(as_agent, subscription)
    ask_for(as_agent, subscription)
    assert "Nothing more is billed until then." in about(subscription, "support/request_received")
    agree(as_agent, subscription, "withdraw")
    text = about(subscription, "support/request_withdrawn")
    assert "It stays paused, and nothing is billed until you resume it." in text


def test_kept(as_alice, as_agent, subscription):
    confirm(as_alice, page(subscription, "cancel"), reason="other")
    address = f"/admin/subscriptions/subscription/{subscription.pk}/keep-active/"
    confirm(as_agent, address, agreement="She said so on the phone.", agreed_on="2026-03-10")
    text = about(subscription, "support/request_kept")
    assert "You agreed on: 10 March 2026\nHow: She said so on the phone.\n" in text
    assert "It no longer ends on 9 April 2026." in text
    assert "The next bill is on 1 April 2026: €100.00" in text
    assert "You can ask to cancel again at any time" in text
    assert not may_be_switched_off(text)


def test_ended_early_by_staff(as_alice, as_agent, subscription):
    confirm(as_alice, page(subscription, "cancel"), reason="other")
    confirm(as_agent, in_the_admin(subscription, "cancel-now"))
    text = about(subscription, "subscriptions/ended")
    assert "Bits & Bytes ended it early; it was to end on 9 April 2026." in text
    assert "If you did not agree to that, please write to support." in text


def test_ended_by_staff_without_a_request(as_agent, subscription):
    confirm(as_agent, in_the_admin(subscription, "cancel-now"))
    assert "Bits & Bytes ended it. If you did not agree" in about(subscription, "subscriptions/ended")


def yearly(subscription):
    return PlanFactory(product=subscription.product, name="Yearly", amount=900, interval="year").pk


def test_a_discount(as_agent, subscription):
    agree(as_agent, subscription, "discount", percent="20", invoices="2")
    text = about(subscription, "subscriptions/discount_granted")
    assert "Bits & Bytes has granted you a discount for" in text
    assert "20 % off the next 2 invoices." in text
    assert (
        "Next bills:\n\n- 1 April 2026: €80.00 for 1 to 30 April 2026\n- 1 May 2026: €80.00 for 1 to 31 May 2026\n"
        "- 1 June 2026: €100.00 for 1 to 30 June 2026\n"
    ) in text
    assert may_be_switched_off(text)


def test_another_plan_and_that_it_is_dropped(as_agent, subscription):
    agree(as_agent, subscription, "change-plan", plan=yearly(subscription))
    text = about(subscription, "subscriptions/plan_chosen")
    assert (
        f"changes on 1 April 2026 to {NAME} · Yearly, €900.00 / year. Until then it stays on Monthly, €100.00" in text
    )
    assert "If you did not agree to that, please write to support." in text
    assert "- 1 April 2026: €900.00 for 1 April 2026 to 31 March 2027\n" in text
    assert may_be_switched_off(text)
    agree(as_agent, subscription, "drop-plan-change")
    text = about(subscription, "subscriptions/plan_change_dropped")
    assert f"stays on Monthly, €100.00 / month. The change to {NAME} · Yearly, €900.00 / year is dropped." in text
    assert "- 1 April 2026: €100.00 for 1 to 30 April 2026\n" in text
    assert may_be_switched_off(text)


def test_another_price_and_that_it_is_dropped(as_merchant, subscription):
    agree(as_merchant, subscription, "change-price", amount="120")
    text = about(subscription, "subscriptions/price_announced")
    assert "costs €120.00 / month from 1 May 2026. Until then it costs €100.00 / month." in text
    assert "- 1 April 2026: €100.00 for 1 to 30 April 2026\n- 1 May 2026: €120.00 for 1 to 31 May 2026\n" in text
    assert "If you do not agree, cancel before then: you then leave at your present price." in text
    assert f"- Cancel Subscription: http://portal.test/subscriptions/{subscription.number}/cancel/\n" in text
    assert not may_be_switched_off(text)
    agree(as_merchant, subscription, "drop-price-change")
    text = about(subscription, "subscriptions/price_change_dropped")
    assert "still costs €100.00 / month. The change to €120.00 / month is dropped." in text
    assert "- 1 May 2026: €100.00 for 1 to 31 May 2026\n" in text
    assert not may_be_switched_off(text)


def test_another_price_where_one_asks_to_cancel(as_merchant, subscription):
    setting(subscription, allow_cancel=False)
    agree(as_merchant, subscription, "change-price", amount="120")
    text = about(subscription, "subscriptions/price_announced")
    asks = f"- Contact us to cancel: http://portal.test/support/new/?type=cancel&subscription={subscription.number}\n"
    assert asks in text


def test_another_price_with_no_day_to_begin(as_agent, as_merchant, subscription):
    pause(as_agent, subscription)
    agree(as_merchant, subscription, "change-price", amount="120")
    text = about(subscription, "subscriptions/price_announced")
    assert "costs €120.00 / month from the first bill on, once it is resumed, but not before 9 April 2026." in text
    assert "As things stand, nothing more is billed." in text


def test_another_price_comes_though_mails_are_switched_off(as_merchant, subscription):
    subscription.customer.wants_status_mails = False
    subscription.customer.save()
    agree(as_merchant, subscription, "change-price", amount="120")
    assert "costs €120.00 / month from 1 May 2026." in about(subscription, "subscriptions/price_announced")


def test_another_plan_that_takes_the_place_of_a_price_to_come(as_agent, as_merchant, subscription):
    agree(as_merchant, subscription, "change-price", amount="120")
    agree(as_agent, subscription, "change-plan", plan=yearly(subscription))
    assert "The change of its price to €120.00 / month is dropped." in about(subscription, "subscriptions/plan_chosen")


def test_another_plan_that_ends_a_discount(as_agent, subscription):
    agree(as_agent, subscription, "discount", percent="20", invoices="2")
    agree(as_agent, subscription, "change-plan", plan=yearly(subscription))
    sentence = "With the change of plan on 1 April 2026 the discount ends, because the new plan is billed in another"
    assert sentence in about(subscription, "subscriptions/plan_chosen")
    agree(as_agent, subscription, "discount", percent="50", invoices="2")
    assert sentence in about(subscription, "subscriptions/discount_granted")


def test_another_plan_with_no_day_to_begin(as_agent, subscription):
    pause(as_agent, subscription)
    agree(as_agent, subscription, "change-plan", plan=yearly(subscription))
    text = about(subscription, "subscriptions/plan_chosen")
    assert "· Yearly, €900.00 / year when a full period begins." in text
    assert "As things stand, nothing more is billed." in text
