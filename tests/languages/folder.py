"""A folder of languages that is not the portal's own: whatever that one holds, these texts stay as they are."""

from io import BytesIO
from pathlib import Path

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
    "%(product)s is paused": "%(product)s is gepauzeerd",
}


def write(folder: Path, name: str, texts: dict[str, str]) -> None:
    catalog = Catalog(locale=None, fuzzy=False)
    for text, translated in texts.items():
        catalog.add(text, translated, flags=["python-format"] if "%(" in text else [])
    inside = folder / name / "LC_MESSAGES"
    inside.mkdir(parents=True)
    for ending, writer in (("po", write_po), ("mo", write_mo)):
        written = BytesIO()
        writer(written, catalog)
        (inside / f"django.{ending}").write_bytes(written.getvalue())
