"""A merchant does one thing to many subscriptions, from the list to the result of each row; on a phone too."""

from datetime import date
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from subscriptions.bulk import running, steering
from subscriptions.models import Subscription
from tests.browser.conftest import TODAY
from tests.factories import UserFactory, started

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [1440, 360])
def test_a_merchant_pauses_two_of_three(visitor, merchant, hosting, width):
    first, second = (started(UserFactory(), TODAY, hosting.plan) for _each in range(2))
    visitor.page.set_viewport_size({"width": width, "height": 900})
    visitor.signs_in(merchant).opens("/admin/subscriptions/subscription/")
    for row in (first, second):
        visitor.page.locator(f"input[name=_selected_action][value='{row.pk}']").check()
    visitor.page.locator("select[name=action]").select_option("act_on_chosen")
    with visitor.page.expect_navigation():
        visitor.page.locator("button[name=index]").click()
    visitor.sees("Act on 2 subscriptions", "Those that you chose in the list.").finds_the_admin_sound()
    visitor.page.get_by_label("Pause", exact=True).check()
    visitor.presses("See what would happen").sees("Pause 2 subscriptions?", "Nothing is done yet.")
    visitor.finds_the_admin_sound().presses("Pause 2 subscriptions")
    running.go_on()
    visitor.presses("Look again").sees("2 subscriptions paused").presses("All rows").sees(first.number, "Done")
    visitor.finds_the_admin_sound()
    paused = Subscription.objects.filter(status="paused").order_by("pk")
    assert list(paused) == [first, second]


def begun(visitor, merchant, hosting):
    """An act on Alice's subscription and another one, that waits for the worker."""
    rows = [hosting, started(UserFactory(), TODAY, hosting.plan)]
    keys = sorted(row.pk for row in rows)
    act = steering.begin("pause", {"resumes_on": ""}, chosen=keys, token=uuid4(), by=merchant, today=TODAY)
    steering.confirm(act, by=merchant, today=TODAY)
    visitor.signs_in(merchant).opens(act.get_absolute_url())
    return act


def test_the_page_follows_what_the_worker_does_and_takes_nothing_from_under_the_finger(visitor, merchant, hosting):
    act = begun(visitor, merchant, hosting)
    visitor.sees("Pausing: 0 of 2")
    stop = visitor.page.get_by_role("button", name="Stop")
    stop.focus()
    running.work(act.pk, TODAY, 1)
    visitor.sees("Pausing: 1 of 2")
    running.work(act.pk, TODAY, 1)
    visitor.sees("2 subscriptions paused")
    expect(stop).to_be_focused()
    stop.blur()
    expect(stop).to_have_count(0)
    expect(visitor.page.get_by_label("Keep this page up to date")).to_be_hidden()
    expect(visitor.page.get_by_role("status")).to_contain_text("Done")
    visitor.finds_the_admin_sound()


def test_who_does_not_want_it_has_the_page_stay_as_it_is(visitor, merchant, hosting):
    act = begun(visitor, merchant, hosting)
    visitor.page.get_by_label("Keep this page up to date").uncheck()
    running.work(act.pk, TODAY, 2)
    visitor.page.wait_for_timeout(3500)
    visitor.sees("Pausing: 0 of 2")
    visitor.presses("Look again").sees("2 subscriptions paused")


def test_its_choices_are_dark_in_the_dark(visitor, merchant, hosting):
    visitor.page.emulate_media(color_scheme="dark")
    visitor.signs_in(merchant).opens("/admin/subscriptions/bulkact/add/?all").finds_the_admin_sound()
    for name in ("Pause", "Resume on (optional)", "New plan"):
        control = visitor.page.get_by_label(name, exact=name == "Pause")
        assert control.evaluate("control => getComputedStyle(control).colorScheme") == "dark"


def test_filling_in_what_belongs_to_an_act_chooses_it(visitor, merchant, hosting):
    visitor.signs_in(merchant).opens("/admin/subscriptions/bulkact/add/?all")
    visitor.page.get_by_label("Pause", exact=True).check()
    visitor.page.get_by_label("Change by (%)").fill("5")
    expect(visitor.page.get_by_label("Change price", exact=True)).to_be_checked()
    visitor.presses("See what would happen").sees("Change the price of 1 subscription?")


def test_the_page_is_sound_on_a_phone_and_in_the_dark_however_far_it_has_come(visitor, merchant, hosting, monkeypatch):
    monkeypatch.setattr(steering, "SOON", 0)
    for _each in range(3):
        started(UserFactory(), date(2026, 3, 20), hosting.plan)
    act = steering.begin("cancel_now", {}, query="q=example", token=uuid4(), by=merchant, today=TODAY)
    visitor.page.set_viewport_size({"width": 360, "height": 800})
    visitor.signs_in(merchant)

    def sees(*texts):
        visitor.opens(act.get_absolute_url()).sees(*texts)
        visitor.finds_the_admin_sound().finds_it_sound_in_the_dark_too()

    sees("Cancel now: being counted", "Discard", "No worker has been seen")
    running.go_on()
    sees("Cancel 4 subscriptions at once?", "nothing brings it back", "search: “example”")
    steering.confirm(act, by=merchant, today=TODAY)
    running.work(act.pk, TODAY, 1)
    sees("Canceling: 1 of 4", "Stop")
    steering.stop(act, by=merchant)
    sees("Canceling: stopped at 1 of 4", "Go on with the others")
    steering.resume(act)
    # A day that no calendar has: whatever is computed from it fails.
    last = Subscription.objects.filter(pk=Subscription.objects.latest("pk").pk)
    last.update(interval_count=32767, interval="year", period_end=TODAY)
    running.go_on()
    sees("3 subscriptions canceled", "1 of 4 was left alone.", "Failed")
    visitor.opens(f"/admin/subscriptions/bulkact/{act.pk}/rows/").sees("Done")
    visitor.finds_the_admin_sound().finds_it_sound_in_the_dark_too()
