"""Providers are told what is wished, by the worker; whatever they do, nobody waits and no wish is lost."""

from datetime import date

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from subscriptions.models import LinkedService
from support.models import ProviderCall, WindDownStep
from support.wind_down import calls, providers
from support.wind_down.calls import WAITS, tell_pending
from tests.factories import PlanFactory, ProductFactory, started
from tests.pages import confirm
from tests.support.registrar import Registrar
from tests.support.test_wind_down import cancel, steps, withdraw

TODAY = date(2026, 4, 5)
END = date(2026, 5, 5)
OFF, ON = "Switch auto-renew off", "Switch auto-renew on again"


@pytest.fixture(autouse=True)
def _registrar(settings):
    settings.PROVIDERS = {"domain": "tests.support.registrar.Registrar"}
    settings.PROVIDER_SECONDS = 0.2
    Registrar.reset()


@pytest.fixture
def hosting(alice, clock):
    clock(TODAY)
    subscription = started(alice, date(2026, 3, 20), PlanFactory(product=ProductFactory(notice_days=30)))
    LinkedService.objects.create(subscription=subscription, name="example.org", renews_on=date(2026, 12, 8))
    return subscription


def raises(text):
    def act():
        raise RuntimeError(text)

    return act


def next_attempt():
    """Let the time come at which the next attempt is due."""
    ProviderCall.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=timezone.now())


def on_the_tab(client):
    return " ".join(client.get("/admin/support/ticket/?tab=wind_down").content.decode().split())


def mark(client, what, button="done"):
    step = WindDownStep.objects.filter(what=what).latest("pk")
    client.post("/admin/support/ticket/wind-down/", {button: step.pk})


def test_the_worker_has_it_switched_and_the_step_is_done_by_the_provider(as_alice, as_agent, hosting):
    cancel(as_alice, hosting)
    assert Registrar.calls == []
    assert (tell_pending(), Registrar.has) == (1, {"example.org": False})
    assert "by the provider" in " ".join(
        as_agent.get("/admin/support/ticket/?tab=wind_down&show=done").content.decode().split()
    )
    withdraw(as_alice, hosting)
    assert steps()[0] == (ON, TODAY, None)
    assert (tell_pending(), Registrar.has) == (1, {"example.org": True})
    assert not WindDownStep.objects.filter(done_at=None).exists()
    assert tell_pending() == 0


def test_a_kind_without_a_provider_is_wound_down_by_hand(as_alice, hosting):
    LinkedService.objects.update(kind="mailbox")
    cancel(as_alice, hosting)
    assert steps() == [(OFF, END, None)]
    assert not ProviderCall.objects.exists()


def test_what_is_withdrawn_before_anybody_called_needs_no_call(as_alice, hosting):
    cancel(as_alice, hosting)
    withdraw(as_alice, hosting)
    assert (tell_pending(), Registrar.calls, steps()) == (0, [], [])


def test_what_does_not_renew_by_itself_needs_no_call(as_alice, hosting):
    LinkedService.objects.update(auto_renew=False)
    cancel(as_alice, hosting)
    assert (tell_pending(), Registrar.calls) == (0, [])


def test_a_failure_shows_on_the_step_and_is_over_when_the_provider_recovers(as_alice, as_agent, hosting):
    cancel(as_alice, hosting)
    Registrar.before = raises("maintenance <b>")
    assert tell_pending() == 0
    assert "The provider was not told: RuntimeError: maintenance &lt;b&gt;" in on_the_tab(as_agent)
    assert (tell_pending(), len(Registrar.calls)) == (0, 1)
    Registrar.before = None
    next_attempt()
    assert tell_pending() == 1
    assert "The provider was not told" not in on_the_tab(as_agent)
    assert ProviderCall.objects.get().error == ""


def test_after_the_last_attempt_it_is_for_staff(as_alice, as_agent, hosting):
    cancel(as_alice, hosting)
    Registrar.before = raises("\0" + "no " * 1000)
    for _ in range(len(WAITS) + 3):
        next_attempt()
        tell_pending()
    assert len(Registrar.calls) == len(WAITS)
    assert "The provider was not told" in on_the_tab(as_agent)
    mark(as_agent, OFF)
    assert ProviderCall.objects.get().told is False
    Registrar.before = None
    withdraw(as_alice, hosting)
    assert (tell_pending(), Registrar.calls[-1]) == (1, True)


def test_what_was_asked_without_an_answer_counts_as_told(as_alice, hosting):
    cancel(as_alice, hosting)
    Registrar.after = raises("connection reset")
    tell_pending()
    assert Registrar.has == {"example.org": False}
    Registrar.after = None
    withdraw(as_alice, hosting)
    assert [what for what, _day, _by in steps()] == [ON, OFF]
    next_attempt()
    assert (tell_pending(), Registrar.has) == (1, {"example.org": True})
    assert not WindDownStep.objects.filter(done_at=None).exists()


def test_who_cancels_again_while_it_is_switched_on_has_it_switched_off(as_alice, hosting):
    cancel(as_alice, hosting)
    tell_pending()
    withdraw(as_alice, hosting)
    Registrar.after = raises("connection reset")
    tell_pending()
    cancel(as_alice, hosting)
    assert steps() == [(OFF, END, None)]
    Registrar.after = None
    next_attempt()
    assert (tell_pending(), Registrar.has) == (1, {"example.org": False})
    assert not WindDownStep.objects.filter(done_at=None).exists()


def test_the_wish_is_read_when_the_call_is_made(as_alice, hosting):
    """As when a call of an earlier wish waited long."""
    cancel(as_alice, hosting)
    tell_pending()
    withdraw(as_alice, hosting)
    cancel(as_alice, hosting)
    withdraw(as_alice, hosting)
    assert (tell_pending(), Registrar.calls) == (1, [False, True])


def test_a_wish_that_changes_while_the_provider_is_told_is_told_next(as_alice, hosting):
    cancel(as_alice, hosting)
    attempt = calls._Attempt(calls._claim())
    withdraw(as_alice, hosting)
    assert attempt.made()
    assert (tell_pending(), Registrar.calls, Registrar.has) == (1, [False, True], {"example.org": True})
    assert not WindDownStep.objects.filter(done_at=None).exists()


def test_marking_a_step_by_hand_spares_the_call_and_taking_it_back_makes_it(as_alice, as_agent, hosting):
    cancel(as_alice, hosting)
    mark(as_agent, OFF)
    assert (tell_pending(), Registrar.calls) == (0, [])
    mark(as_agent, OFF, "undone")
    assert (tell_pending(), Registrar.calls) == (1, [False])


def test_a_service_that_has_lapsed_is_not_switched_on_again(as_alice, hosting, clock):
    LinkedService.objects.update(renews_on=date(2026, 4, 20))
    cancel(as_alice, hosting)
    tell_pending()
    clock(date(2026, 4, 21))
    withdraw(as_alice, hosting)
    assert (tell_pending(), Registrar.calls) == (0, [False])


def test_an_end_at_once_is_told_too(as_alice, alice, clock):
    clock(TODAY)
    at_once = started(alice, date(2026, 3, 20), cancellation_mode="immediate")
    LinkedService.objects.create(subscription=at_once, name="example.org")
    confirm(as_alice, f"{at_once.get_absolute_url()}cancel/")
    assert (tell_pending(), Registrar.has) == (1, {"example.org": False})


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (
            {"fax": "tests.support.registrar.Registrar"},
            "PROVIDERS names the kind 'fax'; it should be one of domain, host",
        ),
        (
            {"domain": "tests.support.nowhere.Registrar"},
            "PROVIDERS names 'tests.support.nowhere.Registrar', which cannot",
        ),
        (
            {"domain": "tests.support.registrar.Nobody"},
            "PROVIDERS names 'tests.support.registrar.Nobody', which cannot",
        ),
        ({"domain": "tests.support.registrar.Fails"}, "PROVIDERS names 'tests.support.registrar.Fails', which cannot"),
        (
            {"domain": "tests.support.registrar.NoMethod"},
            "PROVIDERS names 'tests.support.registrar.NoMethod', which has no",
        ),
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start(settings, named, said):
    settings.PROVIDERS = named
    with pytest.raises(ImproperlyConfigured) as error:
        providers.check()
    assert str(error.value).startswith(said)
