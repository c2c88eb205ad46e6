"""In which words a receipt keeps what was read."""

from datetime import date

import pytest

from portal_project.accounts.models import Merchant
from tests.factories import started
from tests.mail.reading import read
from tests.pages import confirm, receipt

TODAY = date(2026, 3, 10)


@pytest.fixture
def subscription(clock, alice):
    """Since 1 March, €100.00 a month."""
    clock(TODAY)
    Merchant(pk=1, name="Bits & Bytes").save()
    return started(alice, date(2026, 3, 1), name="Hosting")


def pause(client, subscription):
    return receipt(confirm(client, f"/subscriptions/{subscription.number}/pause/"))


@pytest.mark.parametrize(
    ("zone", "given"),
    [
        ("Europe/Berlin", "10 March 2026, 13:00 (CET)"),
        ("Etc/GMT-3", "10 March 2026, 15:00 (UTC+03)"),
        ("America/Sao_Paulo", "10 March 2026, 09:00 (UTC-03)"),
    ],
)
def test_the_zone_is_kept_by_its_name_and_told_as_a_clock_is_read(as_alice, subscription, settings, zone, given):
    settings.TIME_ZONE = zone
    kept = pause(as_alice, subscription)
    assert kept.zone == zone
    assert f"Receipt {kept.number}, {given}" in read("receipts/receipt", as_alice).text
    settings.TIME_ZONE = "UTC"
    assert given in as_alice.get(kept.get_absolute_url()).content.decode()
