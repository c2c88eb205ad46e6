"""The catalogs of texts, `locale/<language>/LC_MESSAGES/django.po`: kept up to the code by `make messages`, and compiled to what
the portal reads by `make env`, which runs this module. Both are done by Babel, so that nothing else has to be installed.
"""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation import to_language
from django.utils.translation.template import templatize

from portal_project.common import locales

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path("portal_project/locale")
APPS = ("portal_project", "products", "subscriptions", "support", "templates")
# The admin is English whatever the browser says, so what only it shows is in no catalog; nor is what commands and log say.
ENGLISH_ALONE = (
    "*/admin/*",
    "*/admin.py",
    "*_admin.py",
    "*/admin_site.py",
    "*/apps.py",
    "*/importing/*",
    "*/management/*",
    "*/migrations/*",
    "portal_project/dashboard.py",
    "portal_project/checks.py",
    "portal_project/demo/*",
    "portal_project/installation/*",
    "portal_project/settings.py",
    "portal_project/accounts/forgetting.py",
    "portal_project/accounts/models/merchant.py",
    "portal_project/common/csv_files.py",
    "portal_project/mail/forgetting.py",
    "portal_project/mail/trying.py",
    "products/models/alternative.py",
    "subscriptions/billing/payment_files.py",
    "subscriptions/billing/payment_lines.py",
    "subscriptions/billing/payments.py",
    "subscriptions/lifecycle/forgetting.py",
    "subscriptions/models/payment_file.py",
    "subscriptions/models/snapshot.py",
    "support/cancellations/from_ticket.py",
    "support/cancellations/staff_forms.py",
    "support/models/ticket_event.py",
    "support/models/wind_down.py",
    "support/queue/*",
    "support/reports/*",
    "support/templatetags/queue_text.py",
    "support/templatetags/report_text.py",
    "support/tickets/forgetting.py",
    "support/tickets/news.py",
    "support/tickets/saved_replies.py",
    "support/tickets/staff_forms.py",
    "support/tickets/triage.py",
    "support/wind_down/calls.py",
    "support/wind_down/marking.py",
    "support/wind_down/planning.py",
    "templates/portal/charts/*",
)
# Of Django and allauth, whose translations lack some, and speak to customers in another tone than the portal may.
OF_OTHERS: dict[str, tuple[str | tuple[str, str], ...]] = {
    "django/contrib/auth/password_validation.py": (
        "Your password can’t be too similar to your other personal information.",
        (
            "Your password must contain at least %(min_length)d character.",
            "Your password must contain at least %(min_length)d characters.",
        ),
        "Your password can’t be a commonly used password.",
        (
            "This password is too short. It must contain at least %d character.",
            "This password is too short. It must contain at least %d characters.",
        ),
        "The password is too similar to the %(verbose_name)s.",
    ),
    "allauth/account/adapter.py": (
        "Please type your current password.",
        "Be patient, you are sending too many requests.",
    ),
    "allauth/account/forms.py": ("You must type the same password each time.",),
}
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# For whoever translates, before a text.
COMMENTS = ["Translators:"]


def found() -> Catalog:
    """Every text that is to be translated, in the order of the files that have it."""
    catalog = Catalog()
    for path in sorted(_sources()):
        method: Any = extract_python if path.suffix == ".py" else extract_template
        with (ROOT / path).open("rb") as file:
            for _line, text, comments, context in extract(method, file, KEYWORDS, COMMENTS):
                catalog.add(text, locations=[(str(path), 0)], auto_comments=comments, context=context)
    for source, texts in OF_OTHERS.items():
        for each in texts:
            catalog.add(each, locations=[(source, 0)])
    return catalog


def _sources() -> Iterator[Path]:
    for app in APPS:
        for path in (ROOT / app).rglob("*"):
            within = path.relative_to(ROOT)
            if path.suffix in (".py", ".html", ".txt") and not is_english_alone(str(within)):
                yield within


def is_english_alone(file: str, patterns: Iterable[str] = ENGLISH_ALONE) -> bool:
    return any(fnmatch(file, each) for each in patterns)


def extract_template(file: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Any]:
    """As `extract_python`, of what Django makes of a template for xgettext: calls, and an X for each other letter."""
    # The indentation of a template would be one of Python.
    calls = re.sub(r"^[ \t]+", "", templatize(file.read().decode()), flags=re.MULTILINE)
    return extract_python(BytesIO(calls.encode()), keywords, comment_tags, options)


def paths() -> list[Path]:
    return sorted((ROOT / FOLDER).glob("*/LC_MESSAGES/django.po"))


def path_of(folder: str) -> Path:
    return ROOT / FOLDER / folder / "LC_MESSAGES" / "django.po"


def read(path: Path) -> Catalog:
    """The catalog in a file of `paths`."""
    with path.open("rb") as file:
        return read_po(file, locale=_locale(path))


def update(path: Path) -> Catalog:
    """Take what is new into the file, and what is gone out of it; and make one that is not there. What is like a text that was
    there is marked as fuzzy, for somebody to look at.
    """
    catalog = read(path) if path.exists() else _begun(path)
    created = catalog.creation_date
    catalog.update(found())
    # Nothing but texts makes a difference between two files.
    catalog.creation_date = created
    written = BytesIO()
    write_po(written, catalog, width=0, ignore_obsolete=True, include_previous=True, include_lineno=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written.getvalue())
    return catalog


def compile_all() -> list[Path]:
    """Make of each catalog what the portal reads, where that is missing or older; several processes may do so at once."""
    stale = [path for path in paths() if not is_compiled(path)]
    for path in stale:
        with NamedTemporaryFile(dir=path.parent, delete=False) as file:
            write_mo(file, read(path))
        Path(file.name).chmod(0o644)
        Path(file.name).replace(path.with_suffix(".mo"))
    return stale


def is_compiled(path: Path) -> bool:
    compiled = path.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime >= path.stat().st_mtime


def key(message: Message) -> tuple[str | None, str | tuple[str, ...]]:
    """What a text is known by: its context and its English, in all forms."""
    return message.context, message.id if isinstance(message.id, str) else tuple(message.id)


def is_translated(message: Message) -> bool:
    """In all its plural forms, by somebody who has looked at it."""
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(forms) and not message.fuzzy


def _begun(path: Path) -> Catalog:
    return Catalog(
        locale=_locale(path),
        header_comment="# The texts of the portal. `make messages` brings them up to the code.",
        project="Subscription Portal",
        fuzzy=False,
    )


def _locale(path: Path) -> Locale:
    """For the plural forms."""
    return locales.of(to_language(path.parents[1].name))


if __name__ == "__main__":
    for path in compile_all():
        print(f"Compiled {path.relative_to(ROOT)}")
