"""Passkeys in two browsers at the same moment: kept once, and recovery codes go with the last way that they stand in for.

With threads and their own connections on PostgreSQL, because SQLite has no row locks.
"""

import pytest
from allauth.mfa.models import Authenticator

from tests.accounts.device import Device, options
from tests.accounts.test_passkeys import ADD, LIST, PROVE, add, browser, client, page_of, sign_in
from tests.accounts.test_second_step import CODES, OFF, STEP, begin, carol, clock, shown
from tests.accounts.test_second_step import ON as APP
from tests.support.test_races import at_once

__all__ = ["carol", "client", "clock"]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def kinds():
    return sorted(Authenticator.objects.values_list("type", flat=True))


def sending(client, page, **typed):
    return lambda: client.post(page, typed).url


def other_browser(device):
    """In which Carol has signed in by it, and shown once more that it is her."""
    other = browser()
    sign_in(other)
    other.post(STEP, {"credential": device.get(options(other.get(STEP)))})
    other.post(PROVE, {"credential": device.get(options(other.get(PROVE)))})
    return other


def test_two_clicks_keep_it_once(client):
    said = Device().create(options(client.get(ADD)))
    clicks = [sending(client, ADD, name="Phone", credential=said) for _ in range(2)]
    assert sorted(at_once(*clicks)) == sorted([CODES, LIST])
    assert kinds() == ["recovery_codes", "webauthn"]


@pytest.mark.parametrize("_round", range(3))
def test_the_last_two_removed_at_once_take_the_recovery_codes_along(client, _round):
    devices = [Device(), Device()]
    for device in devices:
        add(client, device)
    first, second = Authenticator.objects.filter(type="webauthn").values_list("pk", flat=True)
    other = other_browser(devices[0])
    at_once(sending(client, page_of(first, "remove")), sending(other, page_of(second, "remove")))
    assert kinds() == []


@pytest.mark.parametrize("_round", range(3))
def test_so_do_the_app_and_the_last_one(client, clock, _round):
    device = Device()
    add(client, device)
    client.post(APP, {"code": shown(begin(client))})
    key = Authenticator.objects.get(type="webauthn").pk
    at_once(sending(client, page_of(key, "remove")), sending(other_browser(device), OFF))
    assert kinds() == []


def test_one_that_is_removed_while_it_is_renamed_does_not_come_back(client):
    device = Device()
    add(client, device)
    key = Authenticator.objects.get(type="webauthn").pk
    other = other_browser(device)
    at_once(sending(client, page_of(key, "remove")), sending(other, page_of(key, "edit"), name="Tablet"))
    assert kinds() == []
