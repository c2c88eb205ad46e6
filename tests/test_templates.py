"""Templates and styles: how they are written and named, and that something serves each of them."""

import re
from pathlib import Path

import allauth.account
import allauth.mfa
import django.contrib.admin
import pytest
import unfold
from django.conf import settings
from django.template import engines
from django.urls import resolve
from django.views import csrf, defaults

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = {
    path.relative_to(ROOT / "templates").as_posix(): path.read_text("utf-8")
    for path in sorted((ROOT / "templates").rglob("*.*"))
}
PAGES = {name: text for name, text in TEMPLATES.items() if name.endswith(".html")}
STATIC = ROOT / "portal_project/static/portal"
LONGEST = 120

# Parts of allauth that nobody reaches here: people have one address, and no telephone; a password is reset by a link.
CLOSED = ("decorators.py", "manage_email.py", "password_reset_by_code.py", "phone_verification.py")
# Classes that Django's forms and the admin set, and its theme, not our templates.
FROM_ELSEWHERE = {"errorlist", "helptext", "dark", "module", "form-row", "readonly"}
FROM_ELSEWHERE |= {"field-covers", "field-number", "field-state_date"}
FROM_THE_THEME = {"field-line", "toggle", "sortremove"}


def code(folder: Path, *, but: tuple[str, ...] = ()) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.rglob("*.py")) if path.name not in but)


@pytest.fixture(scope="module")
def ours() -> str:
    return "\n".join(code(ROOT / app) for app in ("portal_project", "products", "subscriptions", "support"))


@pytest.fixture(scope="module")
def named(ours) -> str:
    """All text that may name a template."""
    others = code(Path(django.contrib.admin.__file__).parent) + code(Path(allauth.account.__file__).parent, but=CLOSED)
    others += code(Path(allauth.mfa.__file__).parent)
    errors = (defaults.ERROR_403_TEMPLATE_NAME, defaults.ERROR_404_TEMPLATE_NAME, defaults.ERROR_500_TEMPLATE_NAME)
    theme = (path.read_text("utf-8") for path in sorted(Path(unfold.__file__).parent.rglob("*.html")))
    return "\n".join(
        [
            ours,
            *TEMPLATES.values(),
            others,
            *theme,
            *(f'"{name}"' for name in errors),
            f'"{csrf.CSRF_FAILURE_TEMPLATE_NAME}"',
        ]
    )


def is_named(template: str, text: str) -> bool:
    """Whether the text has the template's name in quotation marks, as it is written for its kind."""
    mail = re.fullmatch(
        r"emails/(.+?)(?:\.subject)?\.(?:html|txt)|((?:account|mfa)/email/.+)_(?:subject|message)\.txt", template
    )
    names = [template, mail[1] or mail[2]] if mail else [template]
    allauths = re.escape(template.removesuffix("html")) + r"\{(?:app|account)_settings\.TEMPLATE_EXTENSION\}"
    return any(f'"{name}"' in text for name in names) or bool(re.search(f'"{allauths}"', text))


def test_every_template_is_served(named):
    assert [template for template in TEMPLATES if not is_named(template, named)] == []


def test_what_is_closed_of_allauth_is_closed():
    assert resolve("/accounts/email/").func.__name__ == "closed"
    assert not getattr(settings, "ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED", False)
    assert not [name for name in settings.ACCOUNT_SIGNUP_FIELDS if name.startswith("phone")]


def test_a_template_that_is_no_whole_page_begins_with_an_underscore():
    whole = {name for name, text in PAGES.items() if re.search(r"{% extends|<!doctype html>", text, re.IGNORECASE)}
    assert whole == {name for name in PAGES if not Path(name).name.startswith("_")}


def test_every_library_that_a_template_loads_is_used_there():
    idle = [
        (template, library)
        for template, text in TEMPLATES.items()
        for loaded in re.findall(r"{% load ([^%]+) %}", text)
        for library in loaded.split()
        if not uses(text, library)
    ]
    assert idle == []


def uses(text: str, library: str) -> bool:
    known = engines["django"].engine.template_libraries[library]
    tags, filters = "|".join(known.tags), "|".join(known.filters)
    is_tag = bool(tags) and re.search(rf"{{%\s*({tags})\b", text)
    return bool(is_tag or (filters and re.search(rf"\|({filters})\b", text)))


def test_lines_of_pages_fit_on_a_screen():
    """Mails keep their text as it is read."""
    long = [
        (name, number)
        for name, text in PAGES.items()
        if not name.startswith("emails/")
        for number, line in enumerate(text.splitlines(), 1)
        if len(line) > LONGEST
    ]
    assert long == []


@pytest.mark.parametrize("stylesheet", ["portal.css", "admin.css"])
def test_every_class_is_used(stylesheet, ours):
    text = re.sub(r"/\*.*?\*/", "", (STATIC / stylesheet).read_text("utf-8"), flags=re.DOTALL)
    selectors = " ".join(re.findall(r"([^{}]+)\{", text))
    attribute = r'class="((?:\{%.*?%\}|\{\{.*?\}\}|[^"])*)"'
    used = [*re.findall(attribute, "\n".join(PAGES.values()), re.DOTALL)]
    used += re.findall(r"{% block \w+ %}([\w -]+){% endblock", "\n".join(PAGES.values()))
    scripts = "\n".join(path.read_text("utf-8") for path in STATIC.glob("*.js"))
    used += re.findall(r'"([\w -]+)"', ours + scripts)
    words = set(re.findall(r"[\w-]+", " ".join(used)))
    assert set(re.findall(r"\.([a-zA-Z][\w-]*)", selectors)) - words - FROM_ELSEWHERE - FROM_THE_THEME == set()
