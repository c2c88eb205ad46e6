"""The second step in two browsers at the same moment: a code opens one of them.

With threads and their own connections on PostgreSQL, because SQLite has no row locks.
"""

import pytest
from allauth.mfa.models import Authenticator

from portal_project.mail.models import OutgoingMail
from tests.accounts.test_second_step import CODES, INDEX, ON, STEP, begin, carol, clock, prove, shown, sign_in
from tests.conftest import signed_in
from tests.factories import UserFactory
from tests.support.test_races import at_once

__all__ = ["carol", "clock"]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def browser(carol):
    client, _ = sign_in()
    prove(client)
    return client


def sending(client, page, **typed):
    return lambda: getattr(client.post(page, typed), "url", "refused")


def test_switched_on_by_two_clicks_it_is_on_once(browser):
    secret = begin(browser)
    clicks = [sending(browser, ON, code=shown(secret)) for _ in range(2)]
    assert {INDEX, CODES, "refused"} >= set(at_once(*clicks))
    assert sorted(Authenticator.objects.values_list("type", flat=True)) == ["recovery_codes", "totp"]


@pytest.mark.parametrize("_round", range(3))
def test_one_code_signs_in_one_of_two_browsers(browser, clock, _round):
    secret = begin(browser)
    browser.post(ON, {"code": shown(secret)})
    wrapped = Authenticator.objects.get(type="recovery_codes").wrap()
    clock.shift(120)
    for code in (shown(secret), wrapped.get_unused_codes()[0]):
        clients = [sign_in()[0] for _ in range(2)]
        assert sorted(at_once(*(sending(each, STEP, code=code) for each in clients))) == ["/", "refused"]


def test_removed_by_two_superusers_it_is_told_once(browser, carol):
    browser.post(ON, {"code": shown(begin(browser))})
    OutgoingMail.objects.all().delete()
    page = f"/admin/accounts/user/{carol.pk}/remove-second-step/"
    at_once(*(sending(signed_in(UserFactory(is_staff=True, is_superuser=True)), page) for _ in range(2)))
    assert not Authenticator.objects.exists()
    assert OutgoingMail.objects.count() == 1
