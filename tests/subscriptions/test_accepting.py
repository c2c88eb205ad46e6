"""What accepting leads to: announced as it happens, bound as its kind is, and told as accepted."""

from datetime import date

import pytest

from portal_project.mail.models import OutgoingMail
from products.models import OfferKind
from subscriptions.confirm.accepting import AcceptingForm
from subscriptions.confirm.confirmation import Unconfirmed, confirm, shown
from subscriptions.models import Accepted, Channel, Subscription, SubscriptionEvent
from tests.factories import PlanFactory, ProductFactory, started
from tests.subscriptions.test_offer_rules import terms

TODAY = date(2026, 4, 5)


class AlternativeForm(AcceptingForm):
    accepted, limited = Accepted.ALTERNATIVE, True


class OfferForm(AcceptingForm):
    accepted, limited = Accepted.OFFER, False


@pytest.fixture
def hosting(alice, clock):
    clock(TODAY)
    alice.wants_status_mails = False
    alice.save()
    return started(alice, date(2026, 3, 20), PlanFactory(product=ProductFactory(name="Hosting", max_pause_days=40)))


def accept(form_class, offered, subscription, **typed):
    """See what it leads to, then confirm that; the announced effect."""

    def form(*args, **kwargs):
        return form_class(*args, terms=offered, **kwargs)

    one, who = Subscription.objects.filter(pk=subscription.pk), {"by": subscription.customer, "today": TODAY}
    page = shown(form, typed or None, one, **who)
    confirm(form, typed | {"announced": page.announcement}, one, channel=Channel.PORTAL, **who)
    subscription.refresh_from_db()
    return page.effect


def test_a_pause_of_so_many_days_counts_as_ones_own_where_everybody_gets_it(hosting):
    effect = accept(AlternativeForm, terms(OfferKind.PAUSE, pause_days=30), hosting)
    assert (hosting.status, hosting.resumes_on) == ("paused", date(2026, 5, 5))
    assert effect.dates["resumes_on"] == hosting.resumes_on
    assert (hosting.pause_is_own, hosting.pause_max_days) == (True, 40)
    event = SubscriptionEvent.objects.get(kind="paused")
    assert (event.accepted, event.own) == ("alternative", True)


def test_a_pause_that_staff_offered_is_bound_by_no_limit_and_counts_against_none(hosting):
    accept(OfferForm, terms(OfferKind.PAUSE, pause_days=90), hosting)
    assert (hosting.resumes_on, hosting.pause_is_own, hosting.pause_max_days) == (date(2026, 7, 4), False, None)
    event = SubscriptionEvent.objects.get(kind="paused")
    assert (event.accepted, event.own) == ("offer", False)


def test_a_day_that_is_picked_is_bound_by_the_longest_pause(hosting):
    with pytest.raises(Unconfirmed):
        accept(AlternativeForm, terms(OfferKind.PAUSE), hosting, resumes_on="2026-05-16")
    accept(AlternativeForm, terms(OfferKind.PAUSE), hosting, resumes_on="2026-05-15")
    assert hosting.resumes_on == date(2026, 5, 15)


def test_a_day_has_to_be_picked(hosting):
    with pytest.raises(Unconfirmed):
        accept(AlternativeForm, terms(OfferKind.PAUSE), hosting)


def test_a_discount_is_confirmed_by_mail_whoever_wants_mails(hosting, as_alice):
    effect = accept(AlternativeForm, terms(OfferKind.DISCOUNT, percent=20, invoices=3), hosting)
    assert [bill.amount for bill in effect.bills] == [80, 80, 80]
    assert (hosting.discount_percent, hosting.discount_invoices_left) == (20, 3)
    assert OutgoingMail.objects.get().context["title"] == "Hosting: Accepted: 20 % off the next 3 invoices"
    assert "<span>Accepted as offered</span>" in as_alice.get(hosting.get_absolute_url()).content.decode()


def test_another_plan_is_to_come(hosting):
    small = PlanFactory(product=hosting.product, name="Small", amount=40)
    effect = accept(AlternativeForm, terms(OfferKind.PLAN, plan=small), hosting)
    assert [bill.amount for bill in effect.bills] == [40, 40, 40]
    assert hosting.next_plan == small
    assert SubscriptionEvent.objects.get(kind="plan_chosen").accepted == "alternative"
