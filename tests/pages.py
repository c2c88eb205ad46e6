"""Using a page as a person does: read its form, fill it in, send it with everything hidden in it."""

import re
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client

# What the page about the business asks for beside its name, colour and days to pay.
MORE_OF_BUSINESS = {
    "comparison_percent": 10,
    "alternative_rest_months": 12,
    "trial_reminder_days": 3,
    "renewal_reminder_days": 14,
    "end_reminder_days": 7,
    "resume_reminder_days": 3,
    "price_change_notice_days": 30,
}


class _Inputs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if tag == "input" and found.get("type") == "hidden" and found.get("name"):
            self.hidden[found["name"]] = found.get("value") or ""


class _Visible(HTMLParser):
    """What a browser would send of the controls that people see."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.within = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        name, kind = found.get("name", ""), found.get("type", "text")
        if tag in ("textarea", "select"):
            self.within = name
            if tag == "textarea":
                self.values[name] = ""
        elif tag == "option" and "selected" in found:
            self.values[self.within] = found.get("value", "")
        elif tag == "input" and name and kind not in ("hidden", "submit", "file"):
            is_box = kind in ("checkbox", "radio")
            if is_box and "checked" not in found:
                return
            self.values[name] = found.get("value", "on" if is_box else "")

    def handle_data(self, data: str) -> None:
        if self.within in self.values and self.lasttag == "textarea":
            self.values[self.within] += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("textarea", "select"):
            self.within = ""


def filled_in(response: HttpResponse) -> dict[str, str]:
    """What stands in the fields of the page, by name; a box that is not ticked is left out."""
    parser = _Visible()
    parser.feed(response.content.decode())
    return {name: value.removeprefix("\n").replace("\r\n", "\n") for name, value in parser.values.items()}


def hidden_inputs(response: HttpResponse) -> dict[str, str]:
    parser = _Inputs()
    parser.feed(response.content.decode())
    return parser.hidden


def receipt(response: HttpResponse) -> Any:
    """The one that the answer leads to."""
    # Imported here, because the benchmarks of pages read this before there are any models.
    from portal_project.receipts.models import Receipt

    return Receipt.objects.get(number=response.url.strip("/").rpartition("/")[2])


def confirm(client: Client, url: str, **typed: Any) -> HttpResponse:
    """Open the page, then send its form with what was typed."""
    page = client.get(url)
    assert page.status_code == 200, f"{url} answered {page.status_code}"
    return client.post(url, hidden_inputs(page) | typed)


def options(response: HttpResponse) -> list[tuple[str, str]]:
    """The value and the words of each option that is one of several to choose from."""
    return re.findall(r'value="(\w+)"[^>]*>\s*<span>([^<]+)</span>', response.content.decode())
