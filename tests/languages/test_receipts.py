"""A receipt stays in the language of the page that announced it, whoever reads it."""

from datetime import date

from tests.conftest import signed_in
from tests.factories import started
from tests.pages import confirm, receipt


def test_whoever_reads_it_reads_all_of_it_in_its_language_and_marked_so(alice, as_agent, clock):
    clock(date(2026, 3, 10))
    subscription = started(alice, date(2026, 3, 1))
    client = signed_in(alice)
    client.post("/accounts/language/choose/?next=/", {"language": "nl"})
    given = receipt(confirm(client, f"/subscriptions/{subscription.number}/cancel/", reason="other"))
    assert given.language == "nl"
    client.post("/accounts/language/choose/?next=/", {"language": "en"})
    page = client.get(given.get_absolute_url()).content.decode()
    assert f'<h1 lang="nl" dir="auto">{given.title}</h1>' in page
    for text in (page, as_agent.get(f"/admin/receipts/receipt/{given.pk}/change/").content.decode()):
        assert ">Bedrag</th>" in text
        assert ">Amount</th>" not in text


def test_an_amount_stays_in_one_line(alice, clock):
    clock(date(2026, 3, 10))
    subscription = started(alice, date(2026, 3, 1), resume_rule="keep")
    client = signed_in(alice)
    client.post("/accounts/language/choose/?next=/", {"language": "nl"})
    confirm(client, f"/subscriptions/{subscription.number}/pause/")
    clock(date(2026, 4, 5))
    given = receipt(confirm(signed_in(alice), f"/subscriptions/{subscription.number}/resume/"))
    assert "€\xa0100,00" in given.bills[0]["total"]
    assert any("€\xa0" in point for point in given.points)
