import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_project.common import normalize
from tests.depth import EXAMPLES

PERSIAN = "می\u200cروم"
HINDI = "क्\u200dष"
FAMILY = "👩\u200d👩\u200d👧"
RAINBOW = "🏳\ufe0f\u200d🌈"
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
NOTHING = ["", " ", "\u200b", "\u200d\u200c", "\u2060\ufeff", "\u3164", "\u00ad", "\u2800", "\u202e\u202c", "\ufe0f"]


@pytest.mark.parametrize("nothing", NOTHING)
@pytest.mark.parametrize("how", [normalize.line, normalize.paragraphs, normalize.identifier, normalize.number])
def test_a_text_that_nobody_sees_is_empty(how, nothing):
    assert how(nothing) == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Cafe\u0301", "Café"),
        ("e\u200b\u0301", "é"),
        ("Léa\nPetit", "Léa Petit"),
        ("Léa\r\n\u2028\tPetit ", "Léa Petit"),
        ("Léa\u00a0Petit", "Léa Petit"),
        ("Ada\x07 Byron", "Ada Byron"),
        ("A\u200bda", "Ada"),
        ("A\u200dda", "Ada"),
        ("A\ufe0fda", "Ada"),
        ("\u202eevil", "evil"),
        (PERSIAN, PERSIAN),
        ("می\u200c\u200cروم", PERSIAN),
        (PERSIAN + "\u200c", PERSIAN),
        (HINDI, HINDI),
        ("അവന്\u200d", "അവന്\u200d"),
        (FAMILY, FAMILY),
        (RAINBOW, RAINBOW),
        (ENGLAND, ENGLAND),
        ("1\ufe0f\u20e3", "1\ufe0f\u20e3"),
        ("葛\U000e0100飾", "葛\U000e0100飾"),
    ],
)
def test_a_name_is_one_line_with_joiners_only_where_they_show(typed, kept):
    assert normalize.line(typed) == kept


def test_what_people_write_keeps_its_lines_and_what_it_needs():
    assert normalize.paragraphs("\r\nCafe\u0301\r\rtwo\x00\x1b\ttabs\u2028three ") == "Café\n\ntwo\ttabs\nthree"
    assert normalize.paragraphs(f"{PERSIAN} {FAMILY}\u200b") == f"{PERSIAN} {FAMILY}\u200b"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Ada@Example.COM ", "ada@example.com"),
        ("ada@exa\u200bmple.com", "ada@example.com"),
        ("a\u200dda@example.com", "ada@example.com"),
        ("ada@mu\u0308nchen.example", "ada@xn--mnchen-3ya.example"),
        ("ada@MÜNCHEN.example", "ada@xn--mnchen-3ya.example"),
        ("ada@xn--MNCHEN-3ya.example", "ada@xn--mnchen-3ya.example"),
        # As mail servers look it up today; Python's codec of 2003 would make it strasse.example, which is somebody else's.
        ("ada@straße.example", "ada@xn--strae-oqa.example"),
        ("ada@例え。テスト", "ada@xn--r8jz45g.xn--zckzah"),
        ("ada", "ada"),
        ("@", "@"),
        ("", ""),
    ],
)
def test_an_address_is_the_one_that_mail_servers_know(typed, kept):
    assert normalize.address(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ｔ\u2011ＡＢＣ１２３", "T-ABC123"),
        ("T\u2013abc\u200b123", "T-abc123"),
        ("٠٠١٢٦٧", "001267"),
        ("००१२६७", "001267"),
        (" (001267) ", "(001267)"),
    ],
)
def test_a_number_is_read_in_any_dash_width_and_script(typed, kept):
    assert normalize.number(typed) == kept


def test_what_is_hidden_is_what_unicode_says():
    seen = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
    ignored = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u3164", "\uffa0", "\u2028", "\u2029"}
    letters = set(map(chr, range(sys.maxunicode + 1)))
    formats = {letter for letter in letters if unicodedata.category(letter) in ("Cc", "Cf", "Cs")}
    hidden = {letter for letter in letters if normalize.HIDDEN.match(letter)}
    assert formats - seen - hidden == set()
    more = {letter for letter in hidden - formats - ignored if unicodedata.category(letter) != "Cn"}
    assert {letter for letter in more if not unicodedata.name(letter).startswith("MONGOLIAN FREE VARIATION")} == {
        letter for letter in more if unicodedata.name(letter).startswith("VARIATION SELECTOR")
    }


def test_an_identifier_has_no_joiners():
    assert normalize.identifier(f"A\u200c-{PERSIAN}") == "A-میروم"


@settings(max_examples=25 * EXAMPLES, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\u200c\u200d\ufe0f\u0301\u094dका👩🏽e@.")))
def test_what_is_kept_stays_as_it_is(text):
    for how in (normalize.line, normalize.paragraphs, normalize.identifier, normalize.number, normalize.address):
        kept = how(text)
        assert how(kept) == kept
    assert unicodedata.is_normalized("NFC", normalize.line(text))
    assert normalize.line(text).split() == normalize.line(text).split(" ") or not normalize.line(text)
