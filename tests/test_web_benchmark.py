"""The benchmark of pages and clicks runs; its figures are nobody's business here."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import sql

# They use the server beside the tests: as tests of a database they are among those that come first.
pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def run(django_db_setup, django_db_blocker):
    """The command, whose databases begin with the tables of the tests' own, so that they need not be migrated once more."""
    from tests.benchmarks.database import SERVER

    with django_db_blocker.unblock():
        own = connection.settings_dict["NAME"]
        connection.close()
    template = f"{own}_template"
    drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(template))
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (template, own))))
        yield lambda *options: subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.web", *options],
            cwd=ROOT,
            env=os.environ | {"BENCHMARK_TEMPLATE": template},
            capture_output=True,
            text=True,
            check=False,
        )
        server.execute(drop)


def test_the_benchmark_of_pages_finds_that_every_act_did_what_it_should(run):
    ran = run("--kinds", "page", "pause", "support", "--seconds", "0", "--tickets", "60")
    assert "every act changed what it should" in ran.stdout, ran.stdout + ran.stderr


def test_customers_click_while_the_job_works_and_the_worker_sends(run):
    ran = run("--load", "--seconds", "2", "--due", "40")
    assert "no page failed, and no act was lost or done twice" in ran.stdout, ran.stdout + ran.stderr
