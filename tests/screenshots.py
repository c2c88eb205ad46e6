"""`make screenshots`: every page as each of its readers sees it, and every mail, as pictures in the folder `screenshots`.

In each language, light and dark, on a desktop and on a phone, of a portal with sample data that is made for it and goes again.
The pages are those that links lead to, a few of each kind; the admin is English. Each is looked at with axe meanwhile, for its
width, and for what its scripts complain of: what was found is printed at the end, and the command then fails.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from tests.browser import axe

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "screenshots"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PASSWORD = "demo-portal"
READERS = ["nobody", "alice", "bob", "merchant", "support"]
SCHEMES = ["light", "dark"]
WIDTHS = {"desktop": 1280, "phone": 360}
# Of one kind of page, as the subscriptions that are active, paused, in notice and so on; in the admin one tells enough.
MOST_OF_A_KIND = {"subscription": 8, "receipts:detail": 4, "support:ticket": 4}
LEFT_OUT = {"account_logout", "logo"}
ERRORS = {"not-found-1"}


def main() -> None:
    shutil.rmtree(PICTURES, ignore_errors=True)
    complaints: list[str] = []
    with _portal() as (home, languages, mails), sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for reader in READERS:
            in_languages = languages if reader in ("nobody", "alice", "bob") else ["en"]
            addresses = _addresses(chromium, home, reader)
            for language, scheme, width in product(in_languages, SCHEMES, WIDTHS):
                complaints += _take(chromium, home, reader, language, scheme, width, addresses)
        for scheme, width in product(SCHEMES, WIDTHS):
            _take_mails(chromium, mails, scheme, width)
    print(f"{sum(1 for _ in PICTURES.rglob('*.png'))} pictures in {PICTURES.relative_to(ROOT)}")
    if complaints:
        sys.exit("\n".join(complaints))


@contextmanager
def _portal() -> Iterator[tuple[str, list[str], dict[str, str]]]:
    """Where it answers, which languages it speaks, and the HTML of a mail of each template."""
    with TemporaryDirectory() as folder:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        home = f"http://localhost:{port}"
        os.environ |= {
            "DEBUG": "True",
            "DATABASE_URL": f"sqlite:///{folder}/portal.sqlite3",
            "FILES_DIR": f"{folder}/files",
            "PORTAL_URL": home,
            "DJANGO_SETTINGS_MODULE": "portal_project.settings",
        }
        manage = [sys.executable, str(ROOT / "manage.py")]
        subprocess.run([*manage, "demo", "--no-serve"], check=True, stdout=subprocess.DEVNULL)
        server = subprocess.Popen(
            [*manage, "runserver", "--noreload", f"127.0.0.1:{port}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(port)
            yield home, *_languages_and_mails()
        finally:
            server.terminate()
            server.wait()


def _wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise SystemExit("The portal did not start.")


def _languages_and_mails() -> tuple[list[str], dict[str, str]]:
    import django

    django.setup()
    from django.conf import settings

    from portal_project.mail.models import OutgoingMail
    from portal_project.mail.rendering import render

    newest = {mail.template: mail for mail in OutgoingMail.objects.order_by("id")}
    mails = {name.replace("/", "-"): render(mail).html for name, mail in newest.items()}
    return [code for code, _name in settings.LANGUAGES], mails


def _addresses(chromium: Browser, home: str, reader: str) -> dict[str, str]:
    """The pages that links lead to, breadth first, by the name of their picture."""
    from django.urls import Resolver404, resolve

    context = _context(chromium, home, reader, "en", "light", "desktop")
    page, seen, found = context.new_page(), set[str](), dict[str, str]()
    of_a_kind, waiting = Counter[str](), ["/", "/accounts/login/", "/nowhere/"]
    while waiting:
        address = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        try:
            name = resolve(urlsplit(address).path).view_name
        except Resolver404:
            name = "not-found"
        if name in LEFT_OUT or of_a_kind[name] >= MOST_OF_A_KIND.get(name, 1):
            continue
        try:
            page.goto(home + address)
        except Error as error:
            if "Download is starting" in str(error):
                continue
            raise
        of_a_kind[name] += 1
        here = urlsplit(page.url)
        found[f"{name.replace(':', '-')}-{of_a_kind[name]}"] = address
        links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
        for link in links:
            target = urlsplit(urljoin(here.geturl(), link))
            if target.netloc == here.netloc:
                waiting.append(target._replace(scheme="", netloc="", fragment="").geturl())
    context.close()
    return found


def _take(
    chromium: Browser, home: str, reader: str, language: str, scheme: str, width: str, addresses: dict[str, str]
) -> list[str]:
    """What is wrong with the pages."""
    context = _context(chromium, home, reader, language, scheme, width)
    page, found = context.new_page(), list[object]()
    page.on("pageerror", lambda error: found.append(str(error)))
    complaints = []
    for name, address in addresses.items():
        answer = page.goto(home + address)
        if answer and answer.status >= 400 and name not in ERRORS:
            found.append(answer.status)
        found += _faults(page, scheme)
        picture = Path(reader) / language / f"{scheme}-{width}" / f"{name}.png"
        _save(page, picture)
        complaints += [f"{picture}: {fault}" for fault in found]
        found.clear()
    context.close()
    return complaints


def _faults(page: Page, scheme: str) -> list[object]:
    """What axe finds, in the dark the colours alone, and how many pixels do not fit."""
    is_admin = urlsplit(page.url).path.startswith("/admin/")
    part, rules = (axe.WHOLE_ADMIN, axe.OF_THE_THEME) if is_admin else ("html", {})
    looked_at = axe.OF_COLOURS if scheme == "dark" else axe.RULES
    too_wide = axe.too_wide(page)
    return [*axe.broken(page, part, looked_at, rules), *([f"{too_wide} px too wide"] if too_wide > 0 else [])]


def _take_mails(chromium: Browser, mails: dict[str, str], scheme: str, width: str) -> None:
    context = chromium.new_context(color_scheme=scheme, viewport={"width": WIDTHS[width], "height": 900})
    page = context.new_page()
    for name, html in mails.items():
        page.set_content(html)
        _save(page, Path("mails") / f"{scheme}-{width}" / f"{name}.png")
    context.close()


def _context(chromium: Browser, home: str, reader: str, language: str, scheme: str, width: str) -> BrowserContext:
    """A browser in which the reader has signed in."""
    context = chromium.new_context(
        locale=language, color_scheme=scheme, viewport={"width": WIDTHS[width], "height": 900}
    )
    if reader != "nobody":
        page = context.new_page()
        page.goto(f"{home}/accounts/login/")
        page.fill("[name=login]", f"{reader}@example.com")
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/login/" not in url)
        page.close()
    return context


def _save(page: Page, name: Path) -> None:
    path = PICTURES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, full_page=True)


if __name__ == "__main__":
    main()
