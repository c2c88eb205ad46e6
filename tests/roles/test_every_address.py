"""Every address of the admin and the portal, asked by every role: whom the table names gets in, and a refusal changes nothing."""

import logging
import re
from datetime import date
from itertools import product
from types import SimpleNamespace
from uuid import uuid4

import pytest
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import URLResolver, get_resolver, resolve
from django_q.models import Failure, OrmQ, Success

from portal_project.accounts.models import SavedView, User
from portal_project.exports import files, lists
from portal_project.exports.models import Export
from portal_project.receipts.models import Receipt
from products.models import Alternative, CancellationReason, Plan, Product
from subscriptions.models import Invoice, Subscription
from support.models import AlternativeShowing, Attachment, Offer, Ticket
from tests.conftest import signed_in
from tests.exports.conftest import every_kind  # noqa: F401
from tests.exports.reading import LISTS
from tests.factories import ProductFactory, UserFactory, started
from tests.pages import confirm
from tests.roles import table
from tests.roles.table import ANYBODY, CUSTOMERS, EACH, HERS, NO_ONE
from tests.support.test_attachments import text
from tests.support.test_view_as_customer import rows as all_rows
from tests.test_odd_input import VARIABLE, answered
from tests.who_did_what.test_every_act import ACTS, SENDS, on, world  # noqa: F401

OUTSIDE = ["nobody", "customer", "stranger", "switched off"]
STAFF = ["plain", "support", "merchant", "boss"]
METHODS = ["get", "post"]
pytestmark = pytest.mark.sampled


def routes(patterns=None, before="/", spaces=()):
    """Every address once, with its variables as Django writes them, and its name."""
    seen = set()
    for each in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(each.pattern).replace("^", "").removesuffix("$")
        if isinstance(each, URLResolver):
            found = routes(each.url_patterns, route, (*spaces, *filter(None, [each.namespace])))
        else:
            found = [(route, ":".join((*spaces, each.name or unnamed(route))))]
        for route, name in found:
            if route not in seen:
                seen.add(route)
                yield route, name


def unnamed(route):
    """A row's address without a verb leads to its page; Django gives neither this nor the address of nothing a name."""
    row = re.fullmatch(r"/admin/([a-z_]+)/([a-z]+)/<path:object_id>/", route)
    return f"{row[1]}_{row[2]}_row" if row else "login" if route == "/admin/login/" else "nowhere"


def of_model(name):
    """Who opens an address of a model, and who sends something to it; None where it is no such address."""
    model, _, verb = name.rpartition("_")
    if model not in table.MODELS:
        return None
    see, add, change, delete = table.MODELS[model]
    return {
        "changelist": (see, see),
        "history": (see, see),
        "add": (add, add),
        "change": (see, change),
        "delete": (delete, delete),
        "row": (table.STAFF, table.STAFF),
    }.get(verb)


def expected(name):
    found = table.ADMIN.get(name) or of_model(name)
    return found or ((table.STAFF, table.STAFF) if name.endswith("_row") else None)


NAMED = [(route, name) for route, name in routes() if name not in table.LEFT_OUT]
OF_ADMIN = [(route, name.removeprefix("admin:")) for route, name in NAMED if route.startswith("/admin/")]
OF_PORTAL = [(route, name) for route, name in NAMED if not route.startswith("/admin/")]


def test_every_address_stands_in_the_table_and_nothing_else_does():
    assert [name for _route, name in OF_ADMIN if expected(name) is None] == []
    assert {name for _route, name in OF_PORTAL} == set(table.PORTAL)
    found = {name for _route, name in OF_ADMIN}
    assert set(table.ADMIN) | set(table.OF_STAFF) <= found
    assert {f"{model}_changelist" for model in table.MODELS} <= found
    assert not {name for name in table.ADMIN if of_model(name)} - {
        "accounts_merchant_changelist",
        "accounts_customer_add",
    }


@pytest.fixture(autouse=True)
def _quiet():
    """Thousands of refusals are not worth a line of the log each."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def people(alice, bob, agent, merchant):
    off = UserFactory(email="off@example.com", is_staff=True, is_superuser=True)
    found = {
        "nobody": None,
        "customer": alice,
        "stranger": bob,
        "switched off": off,
        "plain": UserFactory(email="plain@example.com", is_staff=True),
        "support": agent,
        "merchant": merchant,
        "boss": UserFactory(email="owner@example.com", is_staff=True, is_superuser=True),
    }
    clients = {who: signed_in(user) if user else Client() for who, user in found.items()}
    User.objects.filter(pk=off.pk).update(is_active=False)
    return SimpleNamespace(users=found, clients=clients)


@pytest.fixture
def one_of_each(every_kind, people, as_alice, alice):  # noqa: F811
    """A row of every kind, Alice's wherever it is a customer's; and what stands for a variable in an address of it."""
    hosting = every_kind
    confirm(as_alice, "/support/new/", type="general", subject="A question", body="See the file.", files=[text()])
    day, noon = date(2026, 4, 5), "2026-04-05T12:00:00Z"
    alternative = Alternative.objects.create(product=hosting.product, kind="discount", percent=10, invoices=1)
    AlternativeShowing.objects.create(
        subscription=hosting, customer=alice, alternative=alternative, day=day, shown=True
    )
    for task, is_well in ((Success, True), (Failure, False)):
        task.objects.create(id=uuid4().hex, name="t", func="f", started=noon, stopped=noon, success=is_well)
    CancellationReason.objects.create(label="Too far", code="far")
    OrmQ.objects.create(key="q", payload="")
    for who in ("support", "merchant", "boss"):
        files.order(lists.find("subscriptions.invoice"), "", by=people.users[who], token=uuid4())
    files.make_waiting()
    other = started(alice, date(2026, 3, 20), name="Mail")
    on("change-price", amount="120")(people.clients["merchant"], SimpleNamespace(hosting=other))
    SavedView.objects.create(owner=people.users["boss"], list="subscriptions.invoice", name="Mine", query="")
    found = SimpleNamespace(hosting=hosting, dearer=other, unused=ProductFactory())
    models = [model for model in admin.site._registry if model._default_manager.exists()]
    found.first = {model._meta.label_lower: model._default_manager.order_by("pk")[0].pk for model in models}
    found.places = places(found, people)
    return found


def places(rows, people):
    """What stands for the variables in an address that is not about the first row of its model, by name and for whom."""
    hosting, asked, offer = rows.hosting, Ticket.objects.get(type="general"), Offer.objects.get()
    attachment, view = Attachment.objects.get(), SavedView.objects.get()
    versions = {
        f"{model._meta.app_label}_{model._meta.model_name}_simple_history": model.history.earliest("history_id")
        for model in (CancellationReason, Plan, Product)
    }
    always = {
        "app_list": ["support"],
        "view_on_site": [ContentType.objects.get_for_model(Subscription).pk, hosting.pk],
        "csv_take": ["subscriptions.invoice"],
        "save_view": ["subscriptions.invoice"],
        "delete_view": ["subscriptions.invoice", view.pk],
        "products_product_delete": [rows.unused.pk],
        "subscriptions_subscription_drop_price_change": [rows.dearer.pk],
        "support_ticket_attachment": [asked.pk, attachment.pk],
        "support_ticket_take_back": [offer.request.ticket_id, offer.pk],
        "alternative": [hosting.number, Alternative.objects.get().pk],
        "accept_offer": [hosting.number, offer.pk],
        "invoices:detail": [Invoice.objects.earliest("pk").number],
        "support:ticket": [asked.number],
        "support:attachment": [asked.number, attachment.pk],
        "receipts:detail": [Receipt.objects.earliest("pk").number],
        **{name: [version.id, version.history_id] for name, version in versions.items()},
    }
    own = ("csv_file", "exports_export_change", "exports_export_history")
    return {who: always | {name: [own_file(user)] for name in own} for who, user in people.users.items()}


def own_file(user):
    """Theirs, or somebody's where they have none."""
    made = Export.objects.filter(state=Export.State.READY)
    return (made.filter(taken_by=user).first() or made.first()).pk


def address(route, name, who, rows):
    """Of a row that there is."""
    given = rows.places[who]
    if name not in given:
        return VARIABLE.sub(str(first_row(route, rows)), route)
    values = iter(given[name])
    return VARIABLE.sub(lambda _variable: str(next(values)), route)


def first_row(route, rows):
    if found := re.match("/admin/([a-z_]+)/([a-z]+)/", route):
        return rows.first.get(".".join(found.groups()), 1)
    return rows.hosting.number if route.startswith("/subscriptions/") else 1


def state():
    """All that is kept, but of who is signed in where, which is noted of whoever comes; and what mails left."""
    return all_rows(Session, UserSession) | {"mails": len(mail.outbox)}


def changed(before):
    after = state()
    return [name for name in after if after[name] != before[name]]


ASKED = {"autocomplete": {"app_label": "support", "model_name": "ticket", "field_name": "customer"}}


def leads_to_sign_in(answer):
    return answer.status_code == 302 and "/login/" in answer.url


def gets_in(answer):
    """409: the act is not possible just now, as they read there."""
    return answer.status_code in (200, 302, 409) and not leads_to_sign_in(answer)


@pytest.mark.parametrize("who", [*OUTSIDE, *STAFF])
def test_the_admin_opens_to_whom_the_table_names_and_to_nobody_else(one_of_each, people, who):
    client, refused, wrong = people.clients[who], [], []
    for route, name in OF_ADMIN:
        url = address(route, name, who, one_of_each)
        for method, whom in zip(METHODS, expected(name), strict=True):
            if whom is not table.NOT_TAKEN and who in whom:
                if who == "boss" and "merchant" in whom and method == "post":
                    # Superusers have every right that merchants have.
                    continue
                answer = answered(client, method, url, ASKED.get(name))
                if not gets_in(answer) or (answer.status_code == 302 and answer.url == "/admin/"):
                    wrong.append((name, method, answer.status_code))
            else:
                refused.append((method, url, whom))
    before = state()
    for method, url, whom in refused:
        answer = getattr(client, method)(url, {"post": "yes"} if method == "post" else None)
        if who in OUTSIDE:
            is_right = leads_to_sign_in(answer)
        elif whom is table.NOT_TAKEN:
            # Whoever may not see what it is about, may be told that first.
            is_right = answer.status_code in (405, 404, 403)
        else:
            # Somebody else's row that one may not see leads home, as Django has it.
            is_right = answer.status_code in (403, 404) or (answer.status_code == 302 and answer.url == "/admin/")
        if not is_right:
            wrong.append((url, method, answer.status_code))
    assert wrong == []
    assert changed(before) == []
    assert len(refused) > 30


def test_a_file_and_a_saved_view_of_a_list_are_for_whoever_sees_the_list(one_of_each, people):
    for name, who in product(LISTS, STAFF):
        model = name.replace(".", "_")
        see = (table.MODELS.get(model) or table.ADMIN[f"{model}_changelist"])[0]
        for method, url in (("get", f"/admin/csv/{name}/"), ("post", f"/admin/saved-views/{name}/")):
            answer = answered(people.clients[who], method, url)
            assert gets_in(answer) if who in see else answer.status_code == 403, (who, url, answer.status_code)


@pytest.mark.parametrize("who", STAFF)
def test_what_is_done_to_staff_is_for_superusers(people, who):
    client = people.clients[who]
    colleague = UserFactory(email="colleague@example.com", is_staff=True)
    before = state()
    for name, both in table.OF_STAFF.items():
        route = next(route for route, found in OF_ADMIN if found == name)
        for method, whom in zip(METHODS, both, strict=True):
            answer = answered(client, method, VARIABLE.sub(str(colleague.pk), route))
            if whom is not table.NOT_TAKEN and who in whom:
                assert gets_in(answer), (name, method)
            else:
                assert answer.status_code in (403, 404, 405), (name, method, answer.status_code)
    assert changed(before) == []


def test_a_file_is_handed_to_whoever_asked_for_it_alone(one_of_each, people):
    for whose in ("support", "merchant", "boss"):
        url = f"/admin/csv/files/{own_file(people.users[whose])}/"
        for who in STAFF:
            answer = people.clients[who].get(url)
            assert answer.status_code == (200 if who == whose else 404), (who, whose)
            b"".join(answer)


@pytest.mark.parametrize("who", ["plain", "boss"])
def test_without_a_second_step_staff_reach_nothing_where_it_is_asked_for(one_of_each, people, who, settings):
    settings.ADMIN_REQUIRES_MFA = True
    client = people.clients[who]
    before = state()
    for route, name in OF_ADMIN:
        url = address(route, name, who, one_of_each)
        for method in METHODS:
            assert getattr(client, method)(url).url == "/accounts/2fa/", url
    assert changed(before) == []
    assert client.get("/accounts/2fa/").status_code == 200


@pytest.mark.parametrize("who", [*OUTSIDE, *STAFF])
def test_the_portal_is_to_each_their_own(one_of_each, people, who):
    client, wrong = people.clients[who], []
    before, is_in = state(), who not in ("nobody", "switched off")
    for route, name in OF_PORTAL:
        url, (whom, takes) = address(route, name, who, one_of_each), table.PORTAL[name]
        for method in METHODS:
            answer = answered(client, method, url)
            code = answer.status_code
            if whom == ANYBODY:
                is_right = not leads_to_sign_in(answer) and (code == 405) == (method.upper() not in takes)
            elif not is_in:
                is_right = leads_to_sign_in(answer)
            elif is_hidden(whom, who):
                is_right = code == 404 or (code == 405 and method.upper() not in takes)
            else:
                is_right = not leads_to_sign_in(answer) and (code == 405) == (method.upper() not in takes)
            if not is_right:
                wrong.append((name, method, code))
    assert wrong == []
    assert changed(before) == []


def is_hidden(whom, who):
    return {
        HERS: who != "customer",
        CUSTOMERS: who in STAFF,
        NO_ONE: True,
        EACH: False,
    }[whom]


class Watched:
    """Somebody's browser; whatever form it sends, others have sent before."""

    def __init__(self, client, first):
        self.client, self.first = client, first

    def post(self, url, data=None, **more):
        self.first(url, data)
        return self.client.post(url, data, **more)

    def __getattr__(self, name):
        return getattr(self.client, name)


@pytest.mark.parametrize("name", SENDS)
def test_who_may_not_act_does_nothing_with_the_very_form_that_acts(world, name):  # noqa: F811
    """An act of “Who did what” for each address that takes a form, filled in and confirmed as by whoever may."""
    act = ACTS[SENDS[name][0]]
    off = UserFactory(is_staff=True, is_superuser=True)
    others = {
        "nobody": Client(),
        "customer": world.alice,
        "stranger": signed_in(world.bob),
        "switched off": signed_in(off),
        "plain": signed_in(UserFactory(is_staff=True)),
        "support": world.agent,
        "merchant": world.merchant,
    }
    User.objects.filter(pk=off.pk).update(is_active=False)
    by, tried = {"agent": "support"}.get(act.by, act.by), []

    def first(url, data):
        if resolve(url.partition("?")[0]).url_name != name or "preview" in (data or {}):
            return
        _see, may = expected(name)
        assert by in may, url
        before = state()
        for who, client in others.items():
            if who in may:
                continue
            answer = client.post(url, data)
            # Whose password is taken, is signed out.
            is_out = who in OUTSIDE or "/invite-again/" in url
            assert answer.status_code == 403 or (is_out and leads_to_sign_in(answer)), (who, url)
            for value in (data or {}).values():
                if hasattr(value, "seek"):
                    value.seek(0)
        assert changed(before) == [], url
        tried.append(url)

    act.do(Watched(getattr(world, act.by), first), world)
    # A list is downloaded by a GET.
    assert tried or name == "csv_take"
