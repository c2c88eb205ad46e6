"""The cache lives in a table that `migrate` makes; where it is missing, everybody is told what they can do."""

from io import StringIO

import pytest
from django.core.management import call_command

from tests.databases import instead

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _without_its_table(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "not_there"}}


def test_without_the_table_of_the_cache_the_page_comes_and_the_log_says_what_to_do(client, alice, caplog):
    client.raise_request_exception = False
    response = client.post(LOGIN, {"login": alice.email, "password": "wrong"})
    assert response.status_code == 503
    assert "run manage.py migrate" in caplog.text


def test_the_check_says_that_the_table_of_the_cache_is_missing(db):
    assert "The table not_there of the cache is missing." in checked()


def test_before_the_first_migrate_the_check_has_nothing_to_say(db):
    with instead({"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}):
        assert checked() == "System check identified no issues (0 silenced).\n"


def checked():
    said = StringIO()
    call_command("check", databases=["default"], stdout=said, stderr=said)
    return said.getvalue()


def test_the_probe_says_what_to_do(client, db):
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "cache: the table not_there is missing, run manage.py migrate\n" in response.content.decode()
