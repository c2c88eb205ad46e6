"""What is kept, sent or signed as facts, and worded for whoever reads it (`docs/design.md`, Languages).

A fact is JSON that names its kind and what it is made of: `{"day": ["2026-04-03"]}`, or a sentence with what stands in it:
`{"told": ["trial_ends", {"end": {"day": ["2026-04-03"]}}]}`.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.functional import Promise

from portal_project.common import locales


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
    return Fact(told=[code, {name: _plain(value) for name, value in values.items()}])


def worded(plain: Any) -> Any:
    """The same with every fact in it as text, in the present language; what is no fact stays."""
    if isinstance(plain, list | tuple):
        return [worded(each) for each in plain]
    if not isinstance(plain, dict):
        return plain
    if len(plain) == 1 and (kind := next(iter(plain))) in KINDS:
        return KINDS[kind](*worded(plain[kind]))
    return {name: worded(value) for name, value in plain.items()}


def _plain(value: Any) -> Any:
    return Fact(day=[value.isoformat()]) if isinstance(value, date) else value


def _day(iso: str) -> str:
    return locales.day(date.fromisoformat(iso))


def _told(code: str, values: Mapping[str, Any]) -> str:
    return str(SENTENCES[code] % values) if values else str(SENTENCES[code])


KINDS: dict[str, Callable[..., str]] = {"day": _day, "told": _told}
"""How each kind of fact is worded; whoever has another one adds it."""
