"""Languages that nobody speaks: every text of the portal with accents and longer by two fifths, once from right to left."""

import re
from pathlib import Path

from babel.messages.catalog import Catalog

from portal_project import catalogs
from tests.languages import folder

# What stays: placeholders, marks and entities.
KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd%]|</?\w[^>]*>|&\w+;)")
ACCENTS = str.maketrans("aceginosuyACEGINOSUY", "àçèĝìñòšùýÀÇÈĜÌÑÒŠÙÝ")
LONGER = 0.4


def pseudo(text: str) -> str:
    """ "Sign in" becomes "Šìĝñ ìñ ···": to be read, and no word of it as it was."""
    parts = KEPT.split(text)
    words = "".join(part if KEPT.fullmatch(part) else part.translate(ACCENTS) for part in parts)
    length = len(KEPT.sub("", text).strip())
    padding = f" {'·' * max(1, round(length * LONGER))}" if length > 1 else ""
    body = words.rstrip()
    return f"{body}{padding}{words[len(body) :]}"


def write(path: Path, name: str) -> None:
    catalog = Catalog(locale="en", fuzzy=False)
    for message in catalogs.found():
        # The patterns of days have letters that mean something.
        if message.id and message.context != "date format":
            forms = pseudo(message.id) if isinstance(message.id, str) else tuple(map(pseudo, message.id))
            catalog.add(message.id, forms, context=message.context)
    folder.save(catalog, path, name)
