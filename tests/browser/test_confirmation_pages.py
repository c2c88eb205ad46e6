"""What a screen reader reads on each page that confirms an act, in this order: that nothing has happened yet, what will
happen, the act, the way back."""

import re
from datetime import date

import pytest

from portal_project.accounts.models import Merchant
from products.models import Alternative
from subscriptions.confirm.accepting import AcceptingForm
from subscriptions.confirm.forms import FORMS
from subscriptions.rules.states import Action
from support.cancellations.forms import AlternativeForm
from support.cancellations.offer_forms import AcceptOfferForm
from support.models import CancellationRequest, Offer
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, UserFactory, started
from tests.pages import confirm, hidden_inputs

pytestmark = pytest.mark.django_db(transaction=True)
A_DATE = r"\d{1,2} \w+ 2026"
AN_AMOUNT = r"€\d|is billed"


def running(customer, **product):
    product = ProductFactory(name="Hosting", allow_plan_change=True, **product)
    PlanFactory(product=product, name="Small", amount=40, is_open_to_change=True)
    return started(customer, date(2026, 3, 20), PlanFactory(product=product))


def done(subscription, act, **typed):
    confirm(signed_in(subscription.customer), f"/subscriptions/{subscription.number}/{act}/", **typed)
    return subscription


def paused(customer):
    return done(running(customer), "pause")


def to_pause(customer):
    return done(running(customer, pause_starts="period_end"), "pause")


def leaving(customer):
    return done(running(customer), "cancel", reason="other", message="")


def changing(customer):
    subscription = running(customer)
    plan = subscription.product.plans.get(name="Small").pk
    address = f"/subscriptions/{subscription.number}/plan/"
    client = signed_in(customer)
    client.post(address, hidden_inputs(client.post(address, {"plan": plan, "preview": "1"})) | {"plan": plan})
    return subscription


def at_once(customer):
    return running(customer, cancellation_mode="immediate")


def offered(subscription):
    request = CancellationRequest.objects.get()
    offer = Offer.objects.create(request=request, made_by=UserFactory(), kind="discount", percent=20, invoices=3)
    return f"offer-{offer.pk}"


def alternative(subscription):
    Merchant.objects.update_or_create(pk=1, defaults={"comparison_percent": 0})
    made = Alternative.objects.create(product=subscription.product, kind="discount", percent=20, invoices=3)
    return f"alternatives/{made.pk}"


KEEP, GO_ON = "Keep subscription", "Go on canceling"
PAGES = {
    Action.PAUSE: (running, "pause", "Pause Subscription", "Back"),
    Action.RESUME: (paused, "resume", "Resume Subscription", "Back"),
    Action.CHANGE_RESUME_DATE: (paused, "resume-date", "Change the resume date", "Back"),
    Action.DROP_PAUSE: (to_pause, "drop-pause", "Drop the scheduled pause", "Back"),
    Action.CHANGE_PLAN: (running, "plan", "Change plan", "Back"),
    Action.DROP_PLAN_CHANGE: (changing, "drop-plan-change", "Drop the plan change", "Back"),
    Action.CANCEL: (at_once, "cancel", "Cancel Subscription", KEEP),
    Action.SCHEDULE_CANCELLATION: (running, "cancel", "Request cancellation", KEEP),
    Action.WITHDRAW_CANCELLATION: (leaving, "withdraw", "Withdraw cancellation", "Back"),
    AcceptOfferForm: (leaving, offered, "Accept the offer", GO_ON),
    AlternativeForm: (running, alternative, "Accept the offer", GO_ON),
}


def test_every_act_of_a_customer_is_looked_at():
    acts = {action for action, form in FORMS.items() if hasattr(form, "template")}
    accepting = {form for form in AcceptingForm.__subclasses__() if form.__module__.startswith("support.")}
    assert acts | accepting == set(PAGES)


@pytest.mark.parametrize("act", PAGES)
def test_it_says_in_order_what_has_happened_what_will_and_how_to_do_it_or_not(visitor, customer, act):
    begin, page, verb, back = PAGES[act]
    subscription = begin(customer)
    if callable(page):
        page = page(subscription)
    visitor.signs_in(customer).opens(f"/subscriptions/{subscription.number}/{page}/")
    heard = visitor.page.locator("main").aria_snapshot()
    order = [
        r"heading .*\[level=1\]",
        "Nothing has happened yet.",
        r'heading "What will happen"',
        A_DATE,
        rf'button "{verb}"',
        rf'(link|button) "{back}"',
    ]
    assert re.search(r"[\s\S]*?".join(order), heard), heard
    told = heard[heard.index("What will happen") : heard.index(f'button "{verb}"')]
    assert re.search(AN_AMOUNT, told), told
    visitor.finds_the_page_sound()
