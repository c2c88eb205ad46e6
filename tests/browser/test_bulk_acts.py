"""A merchant does one thing to many subscriptions, from the list to the result of each row; on a phone too."""

import pytest

from subscriptions.bulk import running
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
