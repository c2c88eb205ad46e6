"""What is kept is worded in the language of whoever reads it, whatever the one was in which it was written."""

from datetime import date

import pytest

from support.models import CancellationRequest
from tests.conftest import signed_in
from tests.factories import started
from tests.pages import confirm


@pytest.fixture
def subscription(alice, clock):
    clock(date(2026, 4, 5))
    return started(alice, date(2026, 3, 20), name="Hosting")


def reading(user, language):
    type(user).objects.filter(pk=user.pk).update(language=language)
    return signed_in(user)


def text_of(response):
    return response.content.decode()


def test_why_the_promised_end_is_that_day(alice, subscription, as_agent):
    confirm(reading(alice, "nl"), f"/subscriptions/{subscription.number}/cancel/", reason="other")
    page = f"/subscriptions/{subscription.number}/"
    assert "30 dagen opzegtermijn vanaf 5 april 2026 loopt tot 5 mei 2026" in text_of(reading(alice, "nl").get(page))
    english = "30 days’ notice from 5 April 2026 ends on 5 May 2026"
    assert english in text_of(reading(alice, "en").get(page))
    ticket = CancellationRequest.objects.get().ticket_id
    assert english in text_of(as_agent.get(f"/admin/support/ticket/{ticket}/change/"))
