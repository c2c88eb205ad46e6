"""What the admin's page of a subscription says its customer sees, and all of its history."""

import re
from datetime import date
from itertools import product as every

import pytest

from subscriptions.models import SubscriptionEvent
from tests.factories import started
from tests.pages import confirm

ADMIN = "/admin/subscriptions/subscription"


@pytest.fixture(autouse=True)
def today(clock):
    clock(date(2026, 4, 5))


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def on_the_portal(client, subscription):
    """The names of the buttons, and the sentences, in the order of the page."""
    text = client.get(f"/subscriptions/{subscription.number}/").content.decode()
    area = re.search(r'<div class="actions">(.*?)</div>', text, re.DOTALL)
    found = re.findall(r'<a class="btn[^>]*>.*?</a>|<p.*?</p>', area[1], re.DOTALL) if area else []
    return sorted(words(each) for each in found)


def in_the_admin(client, subscription):
    text = client.get(f"{ADMIN}/{subscription.pk}/change/").content.decode()
    card = re.search(r'id="customer-sees">(.*?)</section>', text, re.DOTALL)[1]
    return sorted(words(each) for each in re.findall(r"<(?:p|li)>(.*?)</(?:p|li)>", card, re.DOTALL))


@pytest.mark.parametrize(("may_pause", "may_cancel"), [*every((True, False), repeat=2)])
@pytest.mark.parametrize("mode", ["request", "immediate"])
def test_it_is_what_stands_on_the_customers_own_page(as_alice, as_agent, alice, may_pause, may_cancel, mode):
    switches = {"allow_pause": may_pause, "allow_cancel": may_cancel, "cancellation_mode": mode}
    subscription = started(alice, date(2026, 3, 20), **switches)
    for verb in (None, "pause", "request-cancellation", "cancel-now"):
        if verb:
            typed = {"reason": "other", "message": "By phone."} if verb == "request-cancellation" else {}
            confirm(as_agent, f"{ADMIN}/{subscription.pk}/{verb}/", **typed)
        if verb == "cancel-now":
            assert in_the_admin(as_agent, subscription) == ["No action: the subscription has ended."]
            assert on_the_portal(as_alice, subscription) == []
        else:
            shown = on_the_portal(as_alice, subscription)
            assert shown
            assert in_the_admin(as_agent, subscription) == shown, verb


def test_all_of_a_history_is_read_page_by_page(as_agent, alice):
    subscription = started(alice, date(2026, 3, 20))
    SubscriptionEvent.objects.bulk_create(
        SubscriptionEvent(subscription=subscription, kind="renewed", effective_on=date(2026, 4, 1), channel="job")
        for _ in range(60)
    )
    address = f"{ADMIN}/{subscription.pk}/events/"
    assert f'href="{address}"' in as_agent.get(f"{ADMIN}/{subscription.pk}/change/").content.decode()
    first = as_agent.get(address).context["page"]
    second = as_agent.get(address, {"after": first.older}).context["page"]
    assert [event.pk for event in (*first.rows, *second.rows)] == [event.pk for event in subscription.events.all()]
    assert as_agent.get(address, {"after": "٣"}).context["page"].is_first


def test_nobody_reads_a_history_that_is_not_theirs_to_see(as_agent, as_alice, alice):
    subscription = started(alice, date(2026, 3, 20))
    assert as_alice.get(f"{ADMIN}/{subscription.pk}/events/").status_code in (302, 403, 404)
    for missing in (subscription.pk + 1, 10**30):
        assert as_agent.get(f"{ADMIN}/{missing}/events/").status_code == 404
