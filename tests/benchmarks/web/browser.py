"""What a person's browser does: keep two cookies, open a page, send its form with everything hidden in it."""

from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import urlencode

from tests.pages import hidden_inputs

PATIENCE = 60
"""Seconds."""


class Answer(NamedTuple):
    status: int
    content: bytes
    statements: int
    """Where the server counts them; else 0."""
    location: str


@dataclass
class Browser:
    port: int
    session: str
    csrf: str = ""
    hidden: dict[str, str] = field(default_factory=dict)
    """Of the page that was opened last."""

    def open(self, address: str) -> Answer:
        answer = self.look(address)
        self.read_form(answer)
        return answer

    def look(self, address: str) -> Answer:
        """As `open`, without reading the page's form."""
        return self._ask("GET", address)

    def read_form(self, page: Answer) -> None:
        self.hidden = hidden_inputs(page)  # type: ignore[arg-type]

    def send(self, address: str, typed: dict[str, str]) -> Answer:
        return self._ask("POST", address, urlencode({"csrfmiddlewaretoken": self.csrf} | self.hidden | typed))

    def _ask(self, method: str, address: str, body: str | None = None) -> Answer:
        """Over a connection of its own, as through most proxies, so that every worker gets its share."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        cookie = f"sessionid={self.session}" + (f"; csrftoken={self.csrf}" if self.csrf else "")
        headers = {"Cookie": cookie, "Connection": "close"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, address, body, headers)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        for line in response.headers.get_all("Set-Cookie", []):
            if token := SimpleCookie(line).get("csrftoken"):
                self.csrf = token.value
        statements = int(response.headers.get("X-Statements", 0))
        return Answer(response.status, content, statements, response.headers.get("Location", ""))
