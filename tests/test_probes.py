"""What a load balancer and an orchestrator are told."""

import socket
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django_q.models import Schedule

from portal_project import environment
from tests.databases import CLOSED, instead


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_asks_by_any_name_and_without_https(client, db, settings, path):
    settings.SECURE_SSL_REDIRECT = True
    response = client.get(path, headers={"host": "10.0.0.5:8000"})
    assert (response.status_code, response["Cache-Control"].count("no-store")) == (200, 1)
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_without_the_database_neither_is_well(client, db, path):
    with instead(CLOSED):
        response = client.get(path)
    assert (response.status_code, response.content) == (503, b"database: does not answer\n")


def test_a_server_that_says_nothing_is_soon_given_up(client, db, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("DATABASE_URL", f"postgres://portal@127.0.0.1:{silent.getsockname()[1]}/portal")
        monkeypatch.setenv("DATABASE_POOL_SIZE", "8")
        monkeypatch.setenv("PORTAL_POOLS_CONNECTIONS", "True")
        with instead(environment.database(Path())) as database:
            began = time.monotonic()
            assert client.get("/healthz").status_code == 503
            # One and a half, and the rest for a busy machine.
            assert time.monotonic() - began < 3
            database.pool.close(timeout=0)


def test_a_migration_that_is_not_applied_is_told(client, db):
    MigrationRecorder(connections["default"]).record_unapplied("sessions", "0001_initial")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "migrations: 1 not applied, run manage.py migrate\n" in response.content.decode()
    assert client.get("/healthz").status_code == 200


def test_a_cache_that_cannot_be_used_is_told(client, db, settings):
    settings.CACHES = {"default": {"BACKEND": "no.such.Cache"}}
    response = client.get("/readyz")
    assert (response.status_code, "cache: does not answer\n" in response.content.decode()) == (503, True)


@pytest.mark.parametrize(
    ("minutes", "told"), [(1, "worker: ok\n"), (6, "worker: not seen for 5 minutes, run manage.py qcluster\n")]
)
def test_the_worker_is_told_of_and_changes_nothing(client, db, minutes, told):
    looked = timezone.now() - timedelta(minutes=minutes)
    Schedule.objects.filter(name="Send the outbox").update(task="it", next_run=looked + timedelta(minutes=1))
    response = client.get("/readyz")
    assert (response.status_code, told in response.content.decode()) == (200, True)
