"""A folder of languages that is not the portal's own: whatever that one holds, these texts stay as they are."""

from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import write_po

DUTCH = {
    "Sign in": "Inloggen",
    "Your account": "Uw account",
    "Hello %(name)s": "Beste %(name)s",
    "Page not found": "Pagina niet gevonden",
    "Please try again in a moment": "Probeer het zo nog eens",
    "Not possible": "Niet mogelijk",
    "Home": "Begin",
    "Answers to this mail do not reach us. Please use the portal.": "Antwoorden op deze mail bereiken ons niet.",
    "%(name)s: “%(what)s” was done on %(day)s and cannot be undone.": "%(name)s: “%(what)s” is op %(day)s gedaan.",
    "Cancel %(product)s": "%(product)s opzeggen",
    "Reason": "Reden",
    "Too expensive": "Te duur",
    "Amount": "Bedrag",
    "Open": "Open",
    "Resolved": "Opgelost",
    "Closed": "Gesloten",
    "%(product)s is paused": "%(product)s is gepauzeerd",
    (
        "%(count)d day’s notice from %(asked)s ends on %(notice_end)s",
        "%(count)d days’ notice from %(asked)s ends on %(notice_end)s",
    ): (
        "%(count)d dag opzegtermijn vanaf %(asked)s loopt tot %(notice_end)s",
        "%(count)d dagen opzegtermijn vanaf %(asked)s loopt tot %(notice_end)s",
    ),
}


def write(folder: Path, name: str, texts: dict[Any, Any]) -> None:
    """A text with a plural is a pair, as is what it becomes."""
    catalog = Catalog(locale="nl", fuzzy=False)
    for text, translated in texts.items():
        catalog.add(text, translated)
    save(catalog, folder, name)


def save(catalog: Catalog, folder: Path, name: str) -> None:
    inside = folder / name / "LC_MESSAGES"
    inside.mkdir(parents=True)
    for ending, writer in (("po", write_po), ("mo", write_mo)):
        written = BytesIO()
        writer(written, catalog)
        (inside / f"django.{ending}").write_bytes(written.getvalue())
