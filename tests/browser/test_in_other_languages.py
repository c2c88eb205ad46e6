"""The journeys of a customer in Dutch and in German, in the words that stand there."""

from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import TODAY, new_context
from tests.browser.visitor import PASSWORD, Visitor

pytestmark = pytest.mark.django_db(transaction=True)


class Words(NamedTuple):
    sign_in: str
    pause: str
    a_day: str
    until: str
    credited: str
    done: str
    see: str
    resume: str
    cancel: str
    nothing_yet: str
    notice: str
    request: str
    ends: str
    withdraw: str


WORDS = {
    "nl": Words(
        sign_in="Inloggen",
        pause="Abonnement pauzeren",
        a_day="Tot een dag die ik zelf kies",
        until="10 mei 2026",
        credited="€ 33,33",
        done="Wat er is gedaan",
        see="Abonnement bekijken",
        resume="Abonnement hervatten",
        cancel="Abonnement opzeggen",
        nothing_yet="Er is nog niets gebeurd.",
        notice="1 mei 2026",
        request="Abonnement opzeggen",
        ends="1 mei 2026",
        withdraw="Opzegging intrekken",
    ),
    "de": Words(
        sign_in="Anmelden",
        pause="Abonnement pausieren",
        a_day="Bis zu einem Tag meiner Wahl",
        until="10. Mai 2026",
        credited="33,33 €",
        done="Was geschehen ist",
        see="Abonnement ansehen",
        resume="Abonnement fortsetzen",
        cancel="Abonnement kündigen",
        nothing_yet="Es ist noch nichts geschehen.",
        notice="1. Mai 2026",
        request="Jetzt kündigen",
        ends="1. Mai 2026",
        withdraw="Kündigung zurückziehen",
    ),
}


@pytest.fixture(params=WORDS)
def language(request):
    return request.param


@pytest.fixture
def words(language):
    return WORDS[language]


@pytest.fixture
def reader(chromium, live_server, clock, language):
    """Whose browser asks for the language."""
    clock(TODAY)
    context = new_context(chromium, locale=language)
    yield Visitor(context.new_page(), live_server.url)
    context.close()


def test_signing_in_pausing_resuming_canceling_and_withdrawing(reader, customer, hosting, words):
    page = reader.opens(hosting.get_absolute_url()).page
    page.fill("[name=login]", customer.email)
    page.fill("[name=password]", PASSWORD)
    reader.presses(words.sign_in).finds_the_page_sound()
    reader.presses(words.pause).sees(words.nothing_yet)
    page.get_by_label(words.a_day).check()
    page.fill("[name=resumes_on]", "2026-05-10")
    page.locator("[name=resumes_on]").dispatch_event("change")
    reader.sees(words.until, words.credited).finds_the_page_sound()
    reader.presses(words.pause).sees(words.done, words.until).finds_the_page_sound()
    reader.presses(words.see).finds_the_page_sound()
    reader.presses(words.resume).presses(words.resume).finds_the_page_sound()
    reader.presses(words.see).presses(words.cancel).sees(words.nothing_yet, words.notice)
    page.locator("[name=reason]").first.check()
    reader.presses(words.request).sees(words.done, words.ends).finds_the_page_sound()
    reader.presses(words.see).presses(words.withdraw).presses(words.withdraw).finds_the_page_sound()
    reader.presses(words.see)
    expect(page.locator("main")).to_have_attribute("data-status", "active")
    assert page.locator("main").get_attribute("data-cancels-on") is None


def test_the_footer_leads_to_another_language_and_the_account_keeps_it(reader, customer, hosting, language, words):
    reader.signs_in(customer).opens(hosting.get_absolute_url()).presses("English")
    expect(reader.page.locator("html")).to_have_attribute("lang", "en")
    own_name = {"nl": "Nederlands", "de": "Deutsch"}[language]
    reader.presses(own_name)
    expect(reader.page.locator("html")).to_have_attribute("lang", language)
    reader.sees(words.pause)
    customer.refresh_from_db()
    assert customer.language == language
