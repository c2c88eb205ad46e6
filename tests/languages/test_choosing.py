"""In which language pages come: the account's, then the browser's; and the admin in English always."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from portal_project import languages
from portal_project.common import locales
from products import money
from tests.conftest import signed_in
from tests.databases import CLOSED, instead

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
LOGIN = "/accounts/login/"
DUTCH = {"Accept-Language": "nl-BE,nl;q=0.9,en;q=0.5"}


def text_of(response):
    return response.content.decode()


def language_of(response):
    page = response.content.decode()
    language = response["Content-Language"]
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar-xb" else "ltr"}"' in page
    return language


def choose(client, language, back="/"):
    return client.post(f"/accounts/language/choose/?next={back}", {"language": language})


def test_a_language_is_a_folder_and_named_in_itself():
    assert settings.LANGUAGES == [("en", "English"), ("ar-xb", "العربية (ar-xb)"), ("nl", "Nederlands")]
    assert [languages.in_itself(code) for code in ("de", "pt-br", "zh-hans")] == [
        "Deutsch",
        "Português (Brasil)",
        "中文 (简体)",
    ]


def test_a_stranger_reads_what_the_browser_asks_for(db):
    response = Client(headers=DUTCH).get(LOGIN)
    assert language_of(response) == "nl"
    assert "Inloggen" in text_of(response)
    assert {"Accept-Language", "Cookie"} <= set(response["Vary"].split(", "))
    assert language_of(Client(headers={"Accept-Language": "ar-xb"}).get(LOGIN)) == "ar-xb"
    assert language_of(Client(headers={"Accept-Language": "xx, *"}).get(LOGIN)) == "en"
    assert language_of(Client().get(LOGIN)) == "en"


def test_a_stranger_chooses_in_the_footer_and_comes_back_to_the_page(db):
    client = Client()
    page = client.get(f"{LOGIN}?next=/invoices/%3Fafter%3D3")
    assert (
        'action="/accounts/language/choose/?next=%2Faccounts%2Flogin%2F%3Fnext%3D%2Finvoices%2F%253Fafter%253D3"'
        in text_of(page)
    )
    response = choose(client, "nl", back="/accounts/login/%3Fnext%3D/invoices/")
    assert (response.status_code, response.url) == (302, "/accounts/login/?next=/invoices/")
    assert response.cookies["django_language"]["httponly"]
    assert language_of(client.get(LOGIN)) == "nl"
    assert 'value="nl" lang="nl"' in text_of(client.get(LOGIN))


@pytest.mark.parametrize("odd", ["", "xx", "fr", "nl\0", "../nl", "n" * 9000])
def test_no_other_language_can_be_chosen(as_alice, alice, odd):
    assert choose(as_alice, odd).status_code == 302
    alice.refresh_from_db()
    assert (alice.language, language_of(as_alice.get("/"))) == ("", "en")


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "a\nb: c"])
def test_the_choice_leads_to_no_other_site(db, away):
    assert Client().post("/accounts/language/choose/", {"language": "nl", "next": away}).url in ("/", "a%0Ab:%20c")


def test_choosing_is_a_post(db):
    assert Client().get("/accounts/language/choose/?language=nl").status_code == 405


def test_whoever_is_signed_in_has_the_choice_on_every_device(as_alice, alice):
    assert language_of(as_alice.get("/")) == "en"
    choose(as_alice, "nl")
    assert language_of(signed_in(alice).get("/")) == "nl"
    english = Client(headers={"Accept-Language": "en"})
    english.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert language_of(english.get("/nowhere/")) == "nl"


def test_on_the_account_page_one_chooses_as_the_browser_has_it_too(as_alice, alice):
    choose(as_alice, "nl")
    assert "Nederlands" in text_of(as_alice.get("/accounts/"))
    page = text_of(as_alice.get("/accounts/language/"))
    assert '<span lang="nl">Nederlands</span>' in page
    assert 'aria-invalid="true"' in text_of(as_alice.post("/accounts/language/", {"language": "fr"}))
    assert as_alice.post("/accounts/language/", {"language": ""}).status_code == 302
    alice.refresh_from_db()
    assert (alice.language, language_of(as_alice.get("/"))) == ("", "en")
    assert as_alice.post("/accounts/language/", {"language": "nl"}).status_code == 302
    alice.refresh_from_db()
    assert alice.language == "nl"


def test_where_there_is_english_alone_nothing_is_to_be_chosen(as_alice, settings):
    settings.LANGUAGES = [("en", "English")]
    assert "/accounts/language/" not in text_of(as_alice.get("/accounts/"))


def test_a_language_that_is_gone_is_as_none(as_alice, alice):
    type(alice).objects.update(language="xx", last_language="yy")
    assert language_of(as_alice.get("/")) == "en"


def test_the_admin_is_english(merchant):
    merchant.language = "nl"
    merchant.save()
    client = Client(headers=DUTCH)
    client.force_login(merchant, backend="django.contrib.auth.backends.ModelBackend")
    for path in ("/admin/", "/admin/accounts/user/", "/admin/nowhere/", "/admin/jsi18n/"):
        response = client.get(path)
        assert response.get("Content-Language", "en") == "en", path
        assert "Inloggen" not in response.content.decode()
    page = client.get("/admin/accounts/user/add/")
    # Of Django and of the theme.
    assert "Save and add another" in text_of(page)
    assert "Opslaan" not in text_of(page)
    assert language_of(client.get("/accounts/")) == "nl"


def test_pages_about_what_went_wrong_have_the_language_too(as_alice, alice):
    as_alice.raise_request_exception = False
    refused = Client(headers=DUTCH).get("/", headers={"Host": "evil.example"})
    assert (refused.status_code, language_of(refused)) == (400, "nl")
    with instead(CLOSED):
        away = as_alice.get("/", headers=DUTCH)
    assert (away.status_code, language_of(away)) == (503, "nl")
    assert "Probeer het zo nog eens" in away.content.decode()
    missing = Client(headers=DUTCH).get("/nowhere/", follow=True)
    assert language_of(missing) == "nl"


def test_days_and_instants_are_written_as_the_language_has_them():
    day, at = date(2026, 9, 3), datetime(2026, 9, 3, 14, 5, tzinfo=UTC)
    written = {}
    for language in ("en", "nl", "de", "en-xa"):
        with translation.override(language):
            written[language] = locales.day(day), locales.short_day(day), locales.moment(at), locales.day(at)
    english = ("3 September 2026", "3 Sep 2026", "3 September 2026, 14:05", "3 September 2026")
    assert written == {
        "en": english,
        "nl": ("3 september 2026", "3 sep 2026", "3 september 2026, 14:05", "3 september 2026"),
        "de": ("3. September 2026", "03.09.2026", "3. September 2026, 14:05", "3. September 2026"),
        # Babel has no such language.
        "en-xa": english,
    }
    assert (locales.day(None), locales.short_day(None), locales.moment(None)) == ("", "", "")


def test_amounts_are_written_as_the_language_has_them():
    with translation.override("de"):
        assert money.formatted(Decimal("1234.5"), "EUR") == "1.234,50\xa0€"
    with translation.override("nl"):
        assert money.formatted(Decimal("1234.5"), "EUR") == "€\xa01.234,50"


def test_no_page_of_the_portal_writes_days_in_another_way():
    """Django's filter knows the formats of English as the admin has them."""
    for path in TEMPLATES.rglob("*.html"):
        if "admin" not in path.relative_to(TEMPLATES).parts:
            assert not re.search(r"\|(date|time)\b(?!:.Y-m-d.)", path.read_text()), path
