"""Every catalog is complete: each text of the code is in it, translated, with the same placeholders and the same marks."""

import re
from collections import Counter
from pathlib import Path

import django
import pytest

from portal_project import catalogs

PATHS = {path.parents[1].name: path for path in catalogs.paths()}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%[sd]")
MARK = re.compile(r"</?\w+[^>]*>")
STEP = "Run make messages, and translate what it says is to translate."


def keys(catalog):
    return {catalogs.key(message) for message in catalog if message.id}


def translations(message):
    """Each form with those of the English ones that it may stand for."""
    if isinstance(message.id, str):
        return [(message.string, [message.id])]
    return [(form, list(message.id)) for form in message.string]


def pieces(pattern, text):
    return Counter(pattern.findall(text))


@pytest.fixture(scope="module")
def texts():
    return catalogs.found()


@pytest.fixture(params=PATHS)
def catalog(request):
    return catalogs.read(PATHS[request.param])


def test_texts_are_found_in_code_and_templates(texts):
    found = {message.id: message for message in texts}
    assert "%(first)s to %(last)s" in found
    assert ("%(percent)d %% off the next invoice", "%(percent)d %% off the next %(count)d invoices") in found
    assert found["j F"].context == "date format"
    assert found["j F"].auto_comments[0].startswith("Translators: how a day without its year is written")
    # Of a template, of its plurals, and in the argument of a filter.
    assert "Skip to the content" in found
    assert any(isinstance(each, tuple) and message.locations[0][0].endswith(".html") for each, message in found.items())
    assert "Not given" in found
    assert {key for key, message in found.items() if not message.locations} == {""}


def test_what_the_admin_alone_shows_is_not_among_them(texts):
    """Each pattern still stands for something that is there."""
    files = [
        str(path.relative_to(catalogs.ROOT)) for app in catalogs.APPS for path in (catalogs.ROOT / app).rglob("*.*")
    ]
    unused = [
        each for each in catalogs.ENGLISH_ALONE if not any(catalogs.is_english_alone(file, [each]) for file in files)
    ]
    assert unused == []
    used = {path for message in texts for path, _line in message.locations}
    assert not any("admin" in path for path in used)


def test_what_is_of_others_is_still_so_there():
    """The portal's catalogs come before those of Django and allauth, as long as the English is the same."""
    packages = Path(django.__file__).parents[1]
    for file, texts in catalogs.OF_OTHERS.items():
        source = (packages / file).read_text()
        forms = [form for text in texts for form in ((text,) if isinstance(text, str) else text)]
        assert [form for form in forms if f'"{form}"' not in source] == []


def test_it_has_the_texts_of_the_code_and_no_others(catalog, texts):
    assert keys(texts) - keys(catalog) == set(), STEP
    assert keys(catalog) - keys(texts) == set(), STEP


def test_every_text_is_translated_and_looked_at(catalog):
    assert [message.id for message in catalog if message.id and not catalogs.is_translated(message)] == [], STEP


def test_placeholders_and_marks_are_the_same(catalog):
    """A form of a plural may leave out the number, as "one day" does; what stands at the ends of a text stands there too."""
    wrong = []
    for message in catalog:
        for form, english in translations(message) if message.id else []:
            held, wanted = pieces(PLACEHOLDER, form), [pieces(PLACEHOLDER, each) for each in english]
            alike = any(held == each for each in wanted) or (
                len(wanted) > 1 and all(held <= each for each in wanted[1:])
            )
            marks = any(pieces(MARK, form) == pieces(MARK, each) for each in english)
            ends = (form[:1].isspace(), form[-1:].isspace()) == (english[0][:1].isspace(), english[0][-1:].isspace())
            if not (alike and marks and ends):
                wrong.append((english[0], form))
    assert wrong == []


def test_what_is_gone_is_not_kept(catalog):
    assert not catalog.obsolete


def test_a_catalog_is_begun_kept_up_to_date_and_compiled(tmp_path, monkeypatch):
    path = tmp_path / "pt_BR" / "LC_MESSAGES" / "django.po"
    monkeypatch.setattr(catalogs, "paths", lambda: [path])
    catalogs.update(path)
    first = path.read_text()
    assert 'msgid "Skip to the content"\nmsgstr ""\n' in first
    changed = first.replace('msgid "Skip to the content"\nmsgstr ""', 'msgid "Skip to the content"\nmsgstr "Ir"')
    path.write_text(f'{changed}\nmsgid "Gone"\nmsgstr "Foi"\n')
    catalogs.update(path)
    assert path.read_text() == changed
    assert (catalogs.is_compiled(path), catalogs.compile_all(), catalogs.is_compiled(path)) == (False, [path], True)
    assert b"Skip to the content" in path.with_suffix(".mo").read_bytes()
    assert catalogs.compile_all() == []
