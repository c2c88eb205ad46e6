"""What a merchant offers on the cancel page, as it is seen: the chosen reason reveals it, with a script or without."""

import pytest
from playwright.sync_api import expect

from portal_project.accounts.models import Merchant
from products.models import Alternative, CancellationReason, Product
from support.models import AcceptedAlternative, AlternativeShowing, CancellationRequest
from tests.browser.conftest import TODAY, new_context
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def offered(hosting):
    """A discount for whoever finds it too expensive, a pause for whoever does not need it; nothing for other reasons."""
    Merchant.objects.update_or_create(pk=1, defaults={"comparison_percent": 0})
    for reason, terms in {
        "too_expensive": {"kind": "discount", "percent": 20, "invoices": 3},
        "not_needed": {"kind": "pause", "pause_days": 30},
    }.items():
        made = Alternative.objects.create(product=hosting.product, **terms)
        made.reasons.set(CancellationReason.objects.filter(code=reason))
    return hosting


def sees_alone(visitor, *texts):
    """Of all alternatives in the page; and the button that requests the end is always there."""
    for text in ("20 % off the next 3 invoices", "A pause of 30 days"):
        expect(visitor.page.get_by_text(text)).to_be_visible(visible=text in texts)
    expect(visitor.page.get_by_role("button", name="Request cancellation")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_the_chosen_reason_reveals_what_is_offered_and_it_is_accepted(
    chromium, live_server, visitor, customer, offered, script
):
    context = new_context(chromium, java_script_enabled=script)
    visitor = Visitor(context.new_page(), live_server.url).signs_in(customer)
    visitor.opens(f"/subscriptions/{offered.number}/cancel/")
    sees_alone(visitor)
    visitor.page.get_by_label("No longer needed").check()
    sees_alone(visitor, "A pause of 30 days")
    visitor.page.get_by_label("Other", exact=True).check()
    sees_alone(visitor)
    visitor.page.get_by_label("Too expensive").check()
    sees_alone(visitor, "20 % off the next 3 invoices")
    visitor.page.fill("[name=message]", "Too much for me.")
    visitor.presses("See what it leads to").sees("€80.00")
    if script:
        visitor.finds_the_page_sound()
    visitor.presses("Go on canceling")
    expect(visitor.page.get_by_label("Too expensive")).to_be_checked()
    expect(visitor.page.locator("[name=message]")).to_have_value("Too much for me.")
    sees_alone(visitor, "20 % off the next 3 invoices")
    visitor.presses("See what it leads to").presses("Accept the offer").finds_the_status("active")
    visitor.sees("20 % off the next 3 invoices", "Accepted as offered")
    context.close()
    assert (AcceptedAlternative.objects.count(), CancellationRequest.objects.count()) == (1, 0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_declined_by_the_button_that_is_there_anyway_on_a_phone(visitor, customer, offered, scheme):
    Product.objects.update(ask_before_alternatives=True)
    visitor.page.set_viewport_size({"width": 320, "height": 700})
    visitor.page.emulate_media(color_scheme=scheme)
    visitor.signs_in(customer).opens(f"/subscriptions/{offered.number}/cancel/")
    visitor.page.get_by_label("No longer needed").check()
    sees_alone(visitor)
    visitor.page.get_by_text("Is there something we could offer?").locator("visible=true").click()
    sees_alone(visitor, "A pause of 30 days")
    visitor.finds_the_page_sound()
    visitor.presses("Request cancellation").sees("We have received your cancellation request.")
    assert AlternativeShowing.objects.values_list("day", "shown").get() == (TODAY, True)


def test_the_comparison_group_sees_the_page_as_it_always_was(visitor, customer, offered):
    Merchant.objects.update(comparison_percent=100)
    Merchant.forget()
    visitor.signs_in(customer).opens(f"/subscriptions/{offered.number}/cancel/")
    visitor.page.get_by_label("Too expensive").check()
    expect(visitor.page.get_by_text("Instead of canceling")).to_have_count(0)
    assert AlternativeShowing.objects.get().shown is False
