"""Axe, the rules of accessibility as a script, asked of the page that is open."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = (Path(__file__).parent / "axe.min.js").read_text()
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # Of what is in order it need not tell.
    "resultTypes": ["violations"],
}
OF_COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}

# The path above a page, whose links the theme squeezes to what is left of one line.
THEMES_PATH = 'a[class~="leading-5"][class~="tracking-tight"]'
WHOLE_ADMIN = {"exclude": [".select2", THEMES_PATH]}
# Two boxes that scroll have one name, and the column of the boxes that delete a row has none.
OF_THE_THEME = {"landmark-unique": {"enabled": False}, "empty-table-header": {"enabled": False}}


def broken(
    page: Page, part: Any = "html", looked_at: dict[str, Any] = RULES, rules: dict[str, Any] | None = None
) -> list[tuple[str, list[str]]]:
    """Each rule that is broken, with the elements that break it."""
    # What fades in has its own colours only at the end; what is taken away meanwhile never ends.
    page.evaluate("Promise.allSettled(document.getAnimations().map((fading) => fading.finished))")
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    found = page.evaluate(
        "async ([part, options]) => (await axe.run(part, options)).violations",
        [part, looked_at | {"rules": rules or {}}],
    )
    return [(rule["id"], [node["html"][:150] for node in rule["nodes"]]) for rule in found]


def too_wide(page: Page) -> int:
    """By how many pixels it is wider than its window; 0 or less where it fits."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
