"""What code, tests and documents cite exists: the document, the section of that name, the file at that path."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("portal_project", "products", "subscriptions", "support", "templates", "tests", "docs", ".ci", ".github")
KINDS = {".py", ".html", ".md", ".css", ".yml", ".yaml", ".toml"}
NAMES = {"Makefile", "Dockerfile", "run"}
# A document anywhere in prose, and after it the names of sections as in (`docs/design.md`, Dates and Billing).
DOCUMENT = re.compile(r"(?<![\w/.:-])(?P<path>(?:docs/)?[\w-]+\.md)\b(?!#)(?:`, (?P<sections>[A-Z][^`()\n.:;]*))?")
LINK = re.compile(r"\]\((?P<path>[^)#\s]*)(?:#(?P<anchor>[\w-]+))?\)")
PATH = re.compile(
    r"`(?P<path>(?:portal_project|products|subscriptions|support|templates|tests|docs|\.ci|\.github)/[\w./-]*)`"
)


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """What people write here, by its path, but for this file with its bad examples."""
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path != Path(__file__)]
    paths += [path for path in ROOT.glob("*") if not path.name.startswith(".env")]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
        for path in paths
        if path.is_file() and (path.suffix in KINDS or path.name in NAMES)
    }


@cache
def headings(document: str) -> frozenset[str]:
    lines = (ROOT / document).read_text("utf-8").splitlines()
    return frozenset(line.lstrip("#").strip() for line in lines if line.startswith("#"))


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def unknown_sections(document: str, cited: str) -> str:
    """What is left of a list of sections, such as "Dates and Billing", once all that the document has are taken off."""
    rest = cited.strip()
    while rest:
        found = [name for name in headings(document) if re.match(rf"{re.escape(name)}(, | and |$)", rest)]
        if not found:
            return rest
        rest = re.sub(r"^(, | and )", "", rest.removeprefix(max(found, key=len)))
    return ""


def wrong_citations(name: str, text: str) -> list[str]:
    wrong = []
    for found in DOCUMENT.finditer(text):
        path = found["path"]
        if not (ROOT / path).is_file() and not (ROOT / Path(name).parent / path).is_file():
            wrong.append(f"{name}: there is no {path}")
        elif found["sections"] and (rest := unknown_sections(path, found["sections"])):
            wrong.append(f"{name}: {path} has no section {rest}")
    return wrong


def test_what_is_cited_of_the_documents_exists(texts):
    assert [wrong for name, text in texts.items() for wrong in wrong_citations(name, text)] == []


def test_the_design_is_cited_by_name_and_not_by_number(texts):
    """Numbers move when a section is added."""
    numbered = re.compile(r"design\.md`?[^.]{0,20}section", re.IGNORECASE)
    assert [name for name, text in texts.items() if numbered.search(text)] == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("(`docs/design.md`, Dates)", []),
        ("(`docs/design.md`, Dates, Billing and Discounts and plan changes).", []),
        ("`docs/design.md` alone, Nothing else", []),
        ("(`docs/design.md`, Dates and Riddles)", ["here: docs/design.md has no section Riddles"]),
        ("(`docs/design.md`, Date)", ["here: docs/design.md has no section Date"]),
        ("see design.md", ["here: there is no design.md"]),
        ("see `docs/plans.md`", ["here: there is no docs/plans.md"]),
    ],
)
def test_a_citation_of_what_is_not_there_is_found(text, wrong):
    assert wrong_citations("here", text) == wrong


def test_links_between_documents_lead_somewhere(texts):
    wrong = []
    for name, text in texts.items():
        if not name.endswith(".md"):
            continue
        for found in LINK.finditer(text):
            if re.match(r"\w+:", found["path"]):
                continue
            target = (ROOT / name).parent / found["path"] if found["path"] else ROOT / name
            known = target.exists() and (
                not found["anchor"]
                or found["anchor"]
                in {anchor(heading) for heading in headings(target.resolve().relative_to(ROOT).as_posix())}
            )
            wrong += [] if known else [f"{name}: {found[0]}"]
    assert wrong == []


def test_files_that_documents_name_are_there(texts):
    named = {
        (name, found["path"]) for name, text in texts.items() if name.endswith(".md") for found in PATH.finditer(text)
    }
    assert {(name, path) for name, path in named if not (ROOT / path).exists()} == set()
