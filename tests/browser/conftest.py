"""A real Chromium on a live server in this process, so that the tests decide what day it is."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from portal_project.accounts.models import User
from subscriptions.models import Subscription
from tests.browser.visitor import Visitor
from tests.factories import started

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "demo-portal"
TODAY = date(2026, 4, 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if connection.vendor != "sqlite":
        skip = pytest.mark.skip(reason="what a browser shows is looked at once, on SQLite")
    elif not Path(CHROMIUM).exists():
        skip = pytest.mark.skip(reason="needs Chromium: apt-get install chromium, or set CHROMIUM")
    else:
        return
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = new_context(chromium)
    yield context
    context.close()


def new_context(chromium: Browser, **options: Any) -> BrowserContext:
    context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
    context.set_default_timeout(30_000)
    return context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def visitor(page: Page, live_server, clock) -> Visitor:
    """Somebody at the keyboard, on 1 April 2026."""
    clock(TODAY)
    return Visitor(page, live_server.url)


@pytest.fixture
def customer(alice: User) -> User:
    return with_password(alice)


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def hosting(visitor: Visitor, customer: User) -> Subscription:
    """Alice's, 100.00 a month, billed until 20 April."""
    return started(customer, date(2026, 3, 20))
