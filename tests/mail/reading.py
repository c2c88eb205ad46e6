"""A mail as its reader gets it, with what every mail must keep."""

import re
from html.parser import HTMLParser

from portal_project.mail.models import OutgoingMail
from portal_project.mail.rendering import Rendered, render

PORTAL = "http://portal.test"
DAY = r"\b\d{1,2} [A-Z][a-z]+ \d{4}\b"
AMOUNT = r"[€$]\s?[\d.,]*\d"
NUMBER = r"\b[ST]-[0-9A-Z]{6}\b"
LINK = r"https?://[^\s<>\"”]*[^\s<>\"”.,]"


class _Page(HTMLParser):
    """What one reads of an HTML mail, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words, self.links = "", set()
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self.links.add(dict(attributes)["href"])

    def handle_data(self, data):
        if self.cdata_elem != "style":
            self.words += f"{data} "


def newest(template: str) -> OutgoingMail:
    return OutgoingMail.objects.filter(template=template).latest("id")


def read(template: str, reader) -> Rendered:
    """The newest mail made from the template; `reader` is the browser of whom it was written to."""
    mail = newest(template)
    rendered = render(mail)
    page = _Page(rendered.html)
    _reads_well(rendered, page)
    _says_the_same(rendered, page)
    _leads_somewhere(rendered, page, reader)
    return rendered


def _reads_well(rendered: Rendered, page: _Page) -> None:
    assert "\n" not in rendered.subject
    for text in (rendered.subject, rendered.text, page.words):
        assert text.strip()
        assert not re.search(r"[{}]|%\(|\bNone\b|&(amp|lt|gt|quot|#)", text), text
        assert "Bits & Bytes" in text or text == rendered.subject
    assert not re.search(r"\n\n\n|[ \t]\n(?<!-- \n)", rendered.text), rendered.text
    for text in (rendered.text, page.words):
        assert "Answers to this mail" in text


def _says_the_same(rendered: Rendered, page: _Page) -> None:
    for fact in (DAY, AMOUNT, NUMBER):
        assert set(re.findall(fact, rendered.text)) == set(re.findall(fact, page.words)), rendered.text


def _leads_somewhere(rendered: Rendered, page: _Page, reader) -> None:
    assert set(re.findall(LINK, rendered.text)) == page.links
    assert len(page.links) >= 2
    for link in page.links:
        assert link.startswith(f"{PORTAL}/")
        answer = reader.get(link.removeprefix(PORTAL))
        assert answer.status_code == 200 or (answer.status_code == 302 and "login" not in answer.url), link
