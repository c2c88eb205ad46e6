import re
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from portal_project.accounts.models import User
from tests.browser import axe

PASSWORD = "demo-portal"
# Axe no longer looks for them.
REPEATED_IDS = """[...document.querySelectorAll("[id]")].map(element => element.id)
    .filter((id, place, all) => all.indexOf(id) < place)"""


class Visitor:
    """A person with a browser: what they do is named as they would say it, and every page they see is checked."""

    def __init__(self, page: Page, home: str) -> None:
        self.page, self.home = page, home
        self.complaints: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message: Any) -> None:
        # A 403, 404, 409 or 503 page is also reported here, and is none of the page's mistakes.
        if message.type == "error" and not re.search("the server responded with a status of (4|503)", message.text):
            self.complaints.append(message.text)

    def opens(self, path: str) -> "Visitor":
        self.page.goto(self.home + path)
        return self

    def signs_in(self, user: User) -> "Visitor":
        """By a session that is there already; the journeys about signing in fill in the form."""
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.session.session_key, "url": self.home}
        self.page.context.add_cookies([cookie])
        return self

    def signs_in_by_form(self, user: User) -> "Visitor":
        self.opens("/accounts/login/")
        self.page.fill("[name=login]", user.email)
        self.page.fill("[name=password]", PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(lambda url: "/login/" not in url)
        return self

    def presses(self, name: str) -> "Visitor":
        """A button, or a link that looks like one; either leads to a page."""
        button = self.page.get_by_role("button", name=name, exact=True)
        link = self.page.get_by_role("link", name=name, exact=True)
        with self.page.expect_navigation():
            button.or_(link).first.click()
        return self

    def sees(self, *texts: str) -> "Visitor":
        for text in texts:
            expect(self.page.locator("body")).to_contain_text(text)
        return self

    def does_not_see(self, *names: str) -> "Visitor":
        """Neither a button nor a link of that name."""
        for name in names:
            assert not self.page.get_by_role("button", name=name, exact=True).count()
            assert not self.page.get_by_role("link", name=name, exact=True).count()
        return self

    def finds_the_status(self, status: str) -> "Visitor":
        """Of the subscription, from the receipt for what was done to it or on its page."""
        if "/receipts/" in self.page.url:
            self.presses("See your subscription")
        expect(self.page.locator("main")).to_have_attribute("data-status", status)
        return self

    def finds_the_page_sound(self, part: str = "html") -> "Visitor":
        """No accessibility rule broken, no script or style refused, nothing wider than the window.

        In the admin `part` leaves out what its theme brings: `.pa` holds what is ours.
        """
        return self._is_sound(part)

    def finds_it_sound_in_the_dark_too(self) -> "Visitor":
        """The page that is open, in which the colours alone are others."""
        self.page.emulate_media(color_scheme="dark")
        self._is_sound("html", looked_at=axe.OF_COLOURS)
        self.page.emulate_media(color_scheme="light")
        return self

    def finds_that_it_fits_with_text_twice_as_large(self) -> "Visitor":
        """As who reads badly sets it in the browser, on a screen of the usual width."""
        size = self.page.viewport_size
        self.page.set_viewport_size({"width": 1280, "height": 900})
        self.page.evaluate("document.documentElement.style.fontSize = '200%'")
        self.finds_that_it_fits()
        self.page.evaluate("document.documentElement.style.fontSize = ''")
        self.page.set_viewport_size(size)
        return self

    def finds_the_admin_sound(self) -> "Visitor":
        """The whole of a page, but for what the widgets of the theme and of Django bring."""
        repeated = self.page.evaluate(REPEATED_IDS)
        assert repeated == [], f"{self.page.url} has several elements called {repeated}"
        return self._is_sound(axe.WHOLE_ADMIN, rules=axe.OF_THE_THEME)

    def _is_sound(self, part: Any, **looked_at: Any) -> "Visitor":
        expect(self.page.locator("[aria-busy=true]")).to_have_count(0)
        broken = axe.broken(self.page, part, **looked_at)
        assert broken == [], f"{self.page.url}: {broken}"
        return self.finds_that_it_fits()

    def finds_that_it_fits(self) -> "Visitor":
        """Nothing wider than the window, no script or style refused."""
        width = axe.too_wide(self.page)
        assert width <= 0, f"{self.page.url} is {width} px wider than the window"
        assert self.complaints == []
        return self
