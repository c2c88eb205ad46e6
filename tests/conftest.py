import gc
import os
from collections.abc import Callable, Generator, Iterator
from copy import copy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings, settings
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.template import Context, Template
from django.test import Client, client, override_settings
from pytest_django.plugin import blocking_manager_key

from portal_project.accounts import roles
from portal_project.accounts.models import Merchant, User
from tests import migrated
from tests.depth import IN_FULL, leave_out_repetitions
from tests.factories import UserFactory

# What the tests write need not outlive a power cut, so that no commit waits for the disk.
os.environ["PGOPTIONS"] = "-c synchronous_commit=off"

# Begun first, the longest before the others, so that no process is left alone with one of them at the end.
LONG = (
    "test_web_benchmark.py",
    "test_every_admin_page.py",
    "test_demo.py",
    "test_odd_input.py",
    "test_customer_journeys.py",
    "test_staff_journeys.py",
    "test_containers.py",
    "test_reminded_year.py",
    "test_parallel_runs.py",
    "test_offers.py",
    "test_demo_scale_runs.py",
    "test_list_tabs.py",
    "test_search.py",
    "test_midnight.py",
    "test_one_language.py",
    "test_product_impact.py",
    "test_billing_proof.py",
    "test_announced_equals_happened.py",
)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["original"] = migrated.place()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config) -> None:
    """Meanwhile the processes collect the tests."""
    with config.stash[blocking_manager_key].unblock():
        migrated.make()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.pluginmanager.has_plugin("dsession"):
        with session.config.stash[blocking_manager_key].unblock():
            migrated.drop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, django_db_modify_db_settings_parallel_suffix: None
) -> Iterator[None]:
    """Called by pytest-django before it makes the database of this process."""
    if original := getattr(request.config, "workerinput", {}).get("original"):
        with migrated.copied(original):
            yield
    else:
        yield


@pytest.hookimpl(optionalhook=True, wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """One more than there are cores: now and then a test waits for a browser, a server or a lock."""
    return (yield) + 1


# Last, because pytest-django leaves the tests in a browser to the end.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))
    if not IN_FULL:
        leave_out_repetitions(items)
        return
    skip = pytest.mark.skip(reason="needs PostgreSQL: SQLite ignores row locks")
    for item in items:
        if "postgres" in item.keywords:
            item.add_marker(skip)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end, so that looking through it for garbage, again and again, finds none."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _cheap_settings() -> Iterator[None]:
    """A hash that costs nothing, and static files looked up when asked for instead of listed for each new `Client`."""
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    with override_settings(PASSWORD_HASHERS=hashers, WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(scope="session", autouse=True)
def _cheap_contexts() -> Iterator[None]:
    """Of each page `response.context` keeps what its templates were given, but not once more for each that they include."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "store_rendered_templates", _store_once)
        yield


def _store_once(
    store: dict[str, Any], signal: Any, sender: Any, template: Template, context: Context, **_: Any
) -> None:
    store.setdefault("templates", []).append(template)
    kept = store.setdefault("context", client.ContextList())
    if context is not store.get("latest"):
        store["latest"] = context
        kept.append(copy(context))


@pytest.fixture(scope="session", autouse=True)
def _quick_flush() -> None:
    """After a test with transactions of its own its few rows are deleted; TRUNCATE makes every table's files anew."""
    name = connection.ops.quote_name
    connection.ops.sql_flush = lambda style, tables, **options: [f"DELETE FROM {name(table)}" for table in tables]


@pytest.fixture(autouse=True)
def _fresh_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """And no statement more where a test lasts longer than a page remembers the business."""
    cache.clear()
    Merchant.forget()
    monkeypatch.setattr("portal_project.accounts.models.merchant.KEPT_SECONDS", 3600)


@pytest.fixture(autouse=True)
def _own_files(settings: LazySettings, tmp_path: Path) -> None:
    """What a test sends in stays its own."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def clock() -> Iterator[Callable[[date], None]]:
    """Call it with a day to make that day today, at noon."""
    with time_machine.travel("2026-03-10 12:00 +0000", tick=False) as traveller:
        yield lambda day: traveller.move_to(f"{day.isoformat()} 12:00 +0000")


@pytest.fixture
def alice(db: None) -> User:
    return UserFactory(email="alice@example.com", name="Alice Ahn")


@pytest.fixture
def bob(db: None) -> User:
    return UserFactory(email="bob@example.com", name="Bob Berg")


@pytest.fixture
def merchant(db: None) -> User:
    return _staff("merchant@example.com", "Mia Merchant", roles.MERCHANTS)


@pytest.fixture
def agent(db: None) -> User:
    return _staff("support@example.com", "Sam Support", roles.SUPPORT)


def _staff(email: str, name: str, role: str) -> User:
    user = UserFactory(email=email, name=name, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def as_agent(agent: User) -> Client:
    return signed_in(agent)


@pytest.fixture
def as_merchant(merchant: User) -> Client:
    return signed_in(merchant)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
