"""Using a page as a person does: read its form, fill it in, send it with everything hidden in it."""

from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client


class _Inputs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if tag == "input" and found.get("type") == "hidden" and found.get("name"):
            self.hidden[found["name"]] = found.get("value") or ""


def hidden_inputs(response: HttpResponse) -> dict[str, str]:
    parser = _Inputs()
    parser.feed(response.content.decode())
    return parser.hidden


def confirm(client: Client, url: str, **typed: Any) -> HttpResponse:
    """Open the page, then send its form with what was typed."""
    page = client.get(url)
    assert page.status_code == 200, f"{url} answered {page.status_code}"
    return client.post(url, hidden_inputs(page) | typed)
