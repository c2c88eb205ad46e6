"""What the page of a subscription costs a browser that was never here."""

from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.django_db(transaction=True)

MOST_BYTES = 60_000
SHIFTS = """
    window.shifted = 0
    new PerformanceObserver((list) => { for (const each of list.getEntries()) window.shifted += each.value })
        .observe({ type: 'layout-shift', buffered: true })
"""


def test_it_is_light_asks_no_other_host_and_does_not_move(visitor, customer, hosting):
    answers = []
    visitor.page.on("response", lambda answer: answers.append(answer))
    visitor.page.add_init_script(SHIFTS)
    visitor.signs_in(customer).opens(hosting.get_absolute_url())
    visitor.page.wait_for_load_state("networkidle")
    assert {urlsplit(answer.url).netloc for answer in answers} == {urlsplit(visitor.home).netloc}
    sizes = {urlsplit(answer.url).path: len(answer.body()) for answer in answers if not answer.url.endswith(".woff2")}
    # As they stand in the folder; where the portal is installed, style and script are compressed besides.
    assert sum(sizes.values()) <= MOST_BYTES, sizes
    assert visitor.page.evaluate("window.shifted") == 0
