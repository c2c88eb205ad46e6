"""The pool of connections that a web process has on PostgreSQL."""

import pytest
from django.db import connection, connections

from tests.databases import instead

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
LOGIN = "/accounts/login/"


def test_connections_that_the_server_has_ended_cost_no_page(client):
    usual = connection.settings_dict
    pool = {"min_size": 0, "max_size": 4, "timeout": 3}
    config = {name: usual[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    with instead(config | {"ENGINE": "portal_project.common.postgresql", "OPTIONS": {"pool": pool}}) as pooled:
        pooled.pool.open()
        kept = [pooled.pool.getconn() for _ in range(4)]
        pids = [each.info.backend_pid for each in kept]
        for each in kept[1:]:
            pooled.pool.putconn(each)
        kept[0].execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid WHERE pid <> pg_backend_pid()", [pids])
        pooled.pool.putconn(kept[0])
        for _ in range(4):
            assert client.get(LOGIN).status_code == 200
            # As at the end of a request: back into the pool.
            connections["default"].close()
        pooled.close_pool()
