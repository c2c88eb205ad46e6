"""Every page that a reader finds by following links, one of each kind."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

from django.http import HttpResponse
from django.test import Client

ELSEWHERE = ("/static/", "/logo/")


class _Ways(HTMLParser):
    """Where links lead, and where forms post to; "" is the page itself."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.posted_to: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if tag == "a" and (link := found.get("href")):
            self.links.add(link)
        elif tag == "form" and found.get("method") == "post":
            self.posted_to.add(found.get("action") or "")


def crawl(browser: Client, first: list[str], leave_out: tuple[str, ...] = ()) -> Iterator[tuple[str, HttpResponse]]:
    """Addresses, with what they answer; not those that begin with one that is left out."""
    seen, waiting = dict[str, set[str]](), list(first)
    while waiting:
        address = waiting.pop(0)
        shape, parameters = _shape(address)
        if shape in seen and parameters <= seen[shape]:
            continue
        seen.setdefault(shape, set()).update(parameters)
        response = browser.get(address)
        yield address, response
        links = [response.url] if response.status_code == 302 else _links(response)
        for link in links:
            target = urlsplit(urljoin(address, link))
            if target.netloc == "" and target.scheme == "" and not target.path.startswith(ELSEWHERE + leave_out):
                waiting.append(target._replace(fragment="").geturl())


def is_page(response: HttpResponse) -> bool:
    return response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming


def posted_to(page: HttpResponse) -> set[str]:
    """The addresses of its forms, as they are written there; "" is its own."""
    return _Ways(page.content.decode()).posted_to


def _links(response: HttpResponse) -> list[str]:
    return sorted(_Ways(response.content.decode()).links) if is_page(response) else []


def _shape(address: str) -> tuple[str, set[str]]:
    """Each subscription of a customer, one ticket, receipt or row of a kind, and each parameter of a page once."""
    split = urlsplit(address)
    return re.sub(r"[TRC]-\w{6}|\d+", "N", split.path), set(parse_qs(split.query))
