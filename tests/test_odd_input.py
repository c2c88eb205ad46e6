"""What nobody types but anybody can send: in every address, parameter and field it is a page, a 404 or an error of the form."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from html.parser import HTMLParser
from itertools import cycle

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLResolver, get_resolver

from support.models import SavedReply, Ticket
from tests.conftest import signed_in
from tests.factories import UserFactory, started
from tests.pages import confirm
from tests.subscriptions.test_payment_files import send
from tests.support.test_attachments import text

NUL = "a\0b"
NO_KEY = "9" * 19
"""More than the largest number that a database holds."""
TOO_LONG = "9" * 4301
"""More digits than Python makes a number of."""
ODD = [NUL, NO_KEY, TOO_LONG, "١٢", "\u200b", "x" * 100_000]
# PostgreSQL minds a NUL; the rest is the same code on both, so one of them will do, and SQLite minds large numbers.
HERE = [NUL] if connection.vendor == "postgresql" else ODD[1:]
# For pages that take a while: each of these fails where it is taken for a number.
HERE_BRIEFLY = [NUL] if connection.vendor == "postgresql" else [NO_KEY, TOO_LONG]
ROWS = "-TOTAL_FORMS"
AT_ALL_LISTS = ("q", "o", "p", "all", "e", "_popup", "_to_field", "id__in", "pk__gt")
VARIABLE = re.compile(r"<[^>]*>|\(\?P<[^>]*>[^)]*\)|\(\[[^)]*\)")
# The catch-all of the admin answers everything with a 404; signing out would end the walk.
LEFT_OUT = ("(?P<url>", "logout")


def routes(patterns: Iterable | None = None, before: str = "/") -> Iterator[str]:
    """Every address, with its variables as Django writes them."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(each.pattern).replace("^", "").removesuffix("$")
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, route)
        elif not any(part in route for part in LEFT_OUT):
            yield route


def model_of(route: str) -> type | None:
    found = re.match("/admin/([a-z_]+)/([a-z]+)/", route)
    return apps.get_model(*found.groups()) if found and found[1] in apps.app_configs else None


class Forms(HTMLParser):
    """Where the forms of a page lead, and what they send, with every box ticked."""

    def __init__(self, address: str, page: HttpResponse) -> None:
        super().__init__()
        self.address, self.actions, self.hidden, self.visible, self.within = address, set(), {}, {}, ""
        self.feed(page.content.decode())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        name, kind = found.get("name", ""), found.get("type")
        if tag == "form" and found.get("method", "").lower() == "post":
            self.actions.add(found.get("action") or self.address)
        if tag in ("input", "textarea", "select", "button") and name and kind != "file":
            self.within = name
            (self.hidden if kind == "hidden" else self.visible).setdefault(name, found.get("value", ""))
        if tag == "option" and (not self.visible.get(self.within) or "selected" in found):
            self.visible[self.within] = found.get("value", "")


@pytest.fixture
def alices(as_alice, alice, clock):
    """A subscription that can be acted on, and a ticket with a file; returns what stands for a number in addresses."""
    clock(date(2026, 3, 10))
    subscription = started(alice, date(2026, 3, 1))
    typed = {"type": "general", "subject": "A question", "body": "See the file.", "files": [text()]}
    confirm(as_alice, "/support/new/", **typed, subscription=subscription.number)
    return {"/subscriptions/": subscription.number, "/support/": Ticket.objects.get().number}


@pytest.fixture
def root(alices):
    SavedReply.objects.create(title="Hello", body="Hello.")
    client = signed_in(UserFactory(is_staff=True, is_superuser=True))
    send(client, "reference;amount\n000001;100.00\n", received_on="2026-03-10")
    return client


def sample(route: str, numbers: dict[str, str]) -> str:
    """What leads to a page in the place of a variable."""
    if model := model_of(route):
        row = model._default_manager.first()
        return str(row.pk) if row else "1"
    return next((number for start, number in numbers.items() if route.startswith(start)), "1")


def addresses(numbers: dict[str, str], *, of_staff: bool) -> list[str]:
    own = [route for route in routes() if route.startswith("/admin/") == of_staff]
    return [VARIABLE.sub(sample(route, numbers), route) for route in own]


def answered(client: Client, method: str, address: str, sent: dict[str, str] | None = None) -> HttpResponse:
    """The answer, after all that it changed is undone, signing in or out as well."""
    cookies = client.cookies.copy()
    asked = f"{method} {address[:200]} {str(sent)[:200]}"
    try:
        with transaction.atomic():
            response = getattr(client, method)(address, sent)
            transaction.set_rollback(True)
    except Exception as error:
        pytest.fail(f"{asked}: {error!r:.300}")
    client.cookies = cookies
    assert response.status_code < 500, asked
    return response


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"/support/new/?invoice={TOO_LONG}", 200),
        ("/admin/subscriptions/invoice/abc/change/", 404),
        ("/admin/subscriptions/invoice/abc/void/", 404),
        ("/admin/subscriptions/invoice/%D9%A1/change/", 404),
        ("/admin/products/product/abc/history/", 404),
        ("/admin/subscriptions/subscription/?status__exact=%00", 404),
        (f"/admin/subscriptions/subscription/?id__in={NO_KEY}", 200),
        ("/admin/autocomplete/?app_label=subscriptions&model_name=subscription&field_name=customer&term=%00", 404),
        ("/support/?after=%D9%A1", 200),
        ("/%00", 404),
    ],
)
def test_what_cannot_be_there_is_not_found_and_a_filter_by_it_finds_nothing(root, as_alice, address, status):
    response = (root if address.startswith("/admin/") else as_alice).get(address)
    assert response.status_code == status
    if "id__in" in address:
        assert response.context["cl"].result_count == 0


def test_a_nul_in_a_field_is_its_error_and_the_rest_is_kept(as_alice):
    page = confirm(as_alice, "/support/new/", type="general", subject="a\0b", body="My words.").content.decode()
    assert "Null characters are not allowed." in page
    assert "My words." in page
    assert not Ticket.objects.exists()


def test_no_address_breaks(root, as_alice, alices):
    for route in routes():
        client, good = (root if route.startswith("/admin/") else as_alice), sample(route, alices)
        for place in range(len(VARIABLE.findall(route))):
            for odd in HERE:
                values = iter([odd[:5000] if at == place else good for at in range(9)])
                address = VARIABLE.sub(lambda _found, values=values: next(values), route)
                response = answered(client, "get", address)
                if model_of(route) and not route.startswith("/admin/django_q/"):
                    assert response.status_code == 404, address[:200]


def lookups(address: str) -> list[str]:
    model = model_of(address)
    if model is None or not address.endswith(f"/{model._meta.model_name}/"):
        return []
    filters = (each[0] if isinstance(each, tuple) else each for each in admin.site.get_model_admin(model).list_filter)
    ends = ("", "__exact", "__in", "__id__exact", "_from")
    return [*AT_ALL_LISTS, *(f"{each}{end}" for each in filters if isinstance(each, str) for end in ends)]


def test_no_filter_order_or_page_of_a_list_breaks(root, alices):
    """Each name with one of the odd values, in turns: a page is the same for all of them (`test_unreadable_addresses.py`)."""
    lists = [address for address in addresses(alices, of_staff=True) if lookups(address)]
    assert len(lists) >= 17
    for address in lists:
        for name, odd in zip(lookups(address), cycle(HERE_BRIEFLY), strict=False):
            answered(root, "get", address, {name: odd})


@pytest.mark.parametrize("odd", HERE_BRIEFLY, ids=range(len(HERE_BRIEFLY)))
def test_no_other_parameter_breaks(root, as_alice, alices, odd):
    names = ["after", "before", "type", "subscription", "invoice", "next", "s", "tab", "assignee", "product", "q"]
    names += ["customer", "plan", "status", "within"]
    for client, of_staff in ((root, True), (as_alice, False), (Client(), False)):
        for address in addresses(alices, of_staff=of_staff):
            if not lookups(address) or address == "/admin/support/ticket/":
                answered(client, "get", address, dict.fromkeys(names, odd[:5000]))


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_no_search_for_a_choice_breaks(root, odd):
    for name in ("term", "app_label", "model_name", "field_name", "page"):
        asked = {"app_label": "subscriptions", "model_name": "subscription", "field_name": "customer"}
        response = answered(root, "get", "/admin/autocomplete/", asked | {name: odd[:5000]})
        assert response.status_code in (200, 403, 404)


def walk_forms(client: Client, pages: list[str], odds: list[str]) -> int:
    walked: set[tuple[str, ...]] = set()
    for address in pages:
        page = client.get(address)
        if page.status_code != 200 or not page["Content-Type"].startswith("text/html"):
            continue
        form = Forms(address, page)
        for action in form.actions:
            if "logout" in action or (action, *form.visible) in walked:
                continue
            walked.add((action, *form.visible))
            for odd in odds:
                visible, hidden = dict.fromkeys(form.visible, odd), dict.fromkeys(form.hidden, odd)
                if odd == NO_KEY:
                    # Django makes as many forms as it takes at most, a thousand, and what it makes them of is tried anyway.
                    hidden = {name: value for name, value in hidden.items() if not name.endswith(ROWS)}
                answered(client, "post", action, form.hidden | visible)
                if odd in (NUL, NO_KEY):
                    answered(client, "post", action, form.hidden | form.visible | hidden)
    return len(walked)


def test_no_field_of_the_portal_breaks(as_alice, alices):
    assert walk_forms(as_alice, addresses(alices, of_staff=False), HERE) >= 8


def test_no_field_of_the_sign_in_breaks(alices):
    assert walk_forms(Client(), addresses(alices, of_staff=False), HERE) >= 3


def test_no_field_of_the_admin_breaks(root, alices):
    assert walk_forms(root, addresses(alices, of_staff=True), HERE_BRIEFLY) >= 40


def test_chosen_rows_that_cannot_be_are_none(root):
    for model in ("products/product", "django_q/success", "auth/group"):
        for odd in ODD:
            chosen = {"action": "delete_selected", "index": "0", "_selected_action": odd}
            response = answered(root, "post", f"/admin/{model}/", chosen)
            assert response.status_code == (200 if "\0" not in odd and model == "django_q/success" else 302)
