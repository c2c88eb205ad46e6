"""Winding down what hangs on a subscription, as support does it, and what the customer reads before withdrawing."""

from datetime import date

import pytest

from subscriptions.models import LinkedService
from support.models import Ticket, WindDownDefault, WindDownStep
from tests.browser.conftest import new_context, with_password
from tests.browser.visitor import Visitor
from tests.pages import confirm

pytestmark = pytest.mark.django_db(transaction=True)

TAB = "/admin/support/ticket/?tab=wind_down"


def test_steps_are_done_and_taken_back_and_losses_are_told_without_script(
    chromium, live_server, visitor, customer, agent, hosting, as_alice, clock
):
    LinkedService.objects.create(subscription=hosting, name="example.org", renews_on=date(2026, 4, 20))
    LinkedService.objects.create(subscription=hosting, name="info@example.org", kind="mailbox")
    WindDownDefault.objects.create(product=hosting.product, kind="mailbox", what="Export the mail", days=7)
    confirm(as_alice, f"/subscriptions/{hosting.number}/cancel/", reason="other", message="")
    staff = visitor.signs_in(with_password(agent)).opens(TAB).finds_the_page_sound(".pa")

    staff.page.keyboard.press("j")
    staff.page.keyboard.press("x")
    staff.presses("Mark as done").sees("1 step is done.")
    staff.opens(f"/admin/support/ticket/{Ticket.objects.get().pk}/change/").finds_the_page_sound(".pa")
    staff.presses("Done Export the mail, info@example.org").sees("1 step is done.")
    staff.presses("Not done Export the mail, info@example.org").sees("1 step is to be done.")
    staff.opens(TAB).presses("Done").finds_the_page_sound(".pa").sees("example.org", "Sam Support")
    assert [step.what for step in WindDownStep.objects.exclude(done_at=None)] == ["Switch auto-renew off"]

    clock(date(2026, 4, 21))
    context = new_context(chromium, java_script_enabled=False)
    alice = Visitor(context.new_page(), live_server.url).signs_in(customer)
    alice.opens(hosting.get_absolute_url()).sees("Lapsed on 20 April 2026")
    alice.presses("Withdraw cancellation").sees("example.org lapsed on 20 April 2026 and does not come back.")
    alice.sees("These linked services will renew by themselves again: info@example.org.")
    alice.presses("Withdraw cancellation").finds_the_status("active").sees("Lapsed on 20 April 2026")
    context.close()
    assert not WindDownStep.objects.filter(done_at=None).exists()
