"""Which languages the portal speaks: English, in which it is written, and each whose catalog stands in `locale/`, compiled."""

from pathlib import Path

from django.utils.translation import to_language, to_locale

from portal_project.common import locales


def offered(folder: Path) -> list[tuple[str, str]]:
    """Code and name of each, English first; each is named in itself, such as ("nl", "Nederlands")."""
    compiled = folder.glob("*/LC_MESSAGES/django.mo")
    # What is compiled stays behind when a language goes.
    found = sorted(path.parents[1].name for path in compiled if path.with_suffix(".po").exists())
    codes = [locales.ENGLISH, *map(to_language, found)]
    return [(code, in_itself(code)) for code in codes]


def in_itself(code: str) -> str:
    """One that Babel does not know is named as the wider one, with its code."""
    locale = locales.of(code)
    name: str = locale.get_display_name() or code
    name = name[:1].upper() + name[1:]
    return name if str(locale) == to_locale(code) else f"{name} ({code})"
