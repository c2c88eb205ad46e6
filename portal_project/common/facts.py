"""What is kept, sent or signed as facts, and worded for whoever reads it (`docs/design.md`, Languages).

A fact is JSON that names its kind and what it is made of: `{"day": ["2026-04-03"]}`, or a sentence with what stands in it:
`{"told": ["ends_with_trial", {"end": {"day": ["2026-04-03"]}}]}`. A label is its English text, for what is read soon.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, override

from portal_project.common import locales
from portal_project.common.own_text import OwnText


class Fact(dict[str, list[Any]]):
    """As JSON has it; as text it is worded for whoever reads at that moment."""

    def __str__(self) -> str:
        return str(worded(self))


SENTENCES: dict[str, Promise] = {}
"""By their codes, which stay what they are because rows hold them; the words may change."""


def sentences(**texts: Promise) -> None:
    """Name sentences. With a plural they are those of `ngettext_lazy` whose number is one of the values."""
    if known := SENTENCES.keys() & texts.keys():
        raise ValueError(f"told twice: {', '.join(sorted(known))}")
    SENTENCES.update(texts)


def told(code: str, **values: Any) -> Fact:
    """A sentence with what it names: days, numbers, names, other facts."""
    if code not in SENTENCES:
        raise ValueError(f"no such sentence: {code}")
    return Fact(told=[code, kept(values)])


def kept(value: Any) -> Any:
    """As JSON holds it: days, instants (in the time zone that they have), marked texts and merchants' texts in it are facts."""
    match value:
        case Fact():
            return value
        case OwnText():
            return Fact(own=[value.main, value.written_in, dict(value.others)])
        case dict():
            return {name: kept(each) for name, each in value.items()}
        case list() | tuple():
            return [kept(each) for each in value]
        case datetime():
            return Fact(moment=[value.isoformat()])
        case date():
            return Fact(day=[value.isoformat()])
        case Promise():
            with override(None):
                return Fact(text=[str(value)])
    return value


def worded(plain: Any) -> Any:
    """The same with every fact in it as text, in the present language; what is no fact stays."""
    if isinstance(plain, list | tuple):
        return [worded(each) for each in plain]
    if not isinstance(plain, dict):
        return plain
    if len(plain) == 1 and (kind := next(iter(plain))) in KINDS:
        return KINDS[kind](*worded(plain[kind]))
    return {name: worded(value) for name, value in plain.items()}


def _day(iso: str) -> str:
    return locales.day(date.fromisoformat(iso))


def _told(code: str, values: Mapping[str, Any]) -> str:
    return str(SENTENCES[code] % values) if values else str(SENTENCES[code])


def _moment(iso: str) -> str:
    return locales.moment(datetime.fromisoformat(iso))


def _own(main: str, written_in: str, others: Mapping[str, str]) -> OwnText:
    return OwnText.of(main, others, written_in=written_in)


KINDS: dict[str, Callable[..., str]] = {"day": _day, "moment": _moment, "told": _told, "text": gettext, "own": _own}
"""How each kind of fact is worded; whoever has another one adds it."""
