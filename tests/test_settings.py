"""A wrong environment stops the start and says which variable is wrong and what it should be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def start(**variables):
    """What a start prints with nothing but these variables set."""
    keep = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "portal_project.settings"}
    command = [sys.executable, "-c", "from django.conf import settings; settings.DEBUG; print('started')"]
    run = subprocess.run(command, env=keep | variables, capture_output=True, text=True, cwd=ROOT, check=False)
    return run.stdout + run.stderr


@pytest.mark.skipif((ROOT / ".env").exists(), reason="a .env file sets what this test leaves out")
def test_without_a_secret_key_it_refuses_to_start():
    assert "SECRET_KEY is not set." in start()


def test_with_debug_it_starts_with_nothing_else():
    assert start(DEBUG="True") == "started\n"


def test_in_production_it_starts_with_a_secret_key():
    assert start(SECRET_KEY="x" * 50, DEBUG="False") == "started\n"


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("DEBUG", "maybe", "DEBUG is 'maybe'; it should be True or False."),
        ("SECURE_SSL", "perhaps", "SECURE_SSL is 'perhaps'; it should be True or False."),
        ("TIME_ZONE", "Europe/Nowhere", "TIME_ZONE is 'Europe/Nowhere'; it should be a name such as Europe/Amsterdam"),
        ("DATABASE_URL", "localhost", "DATABASE_URL is not an address this portal can use; it should look like sqlite"),
        ("DATABASE_URL", "mysql://a@b/c", "DATABASE_URL is not an address this portal can use"),
        ("DATABASE_URL", "postgres://user@host:port/name", "DATABASE_URL is not an address this portal can use"),
        ("DATABASE_POOL_SIZE", "many", "DATABASE_POOL_SIZE is 'many'; it should be a whole number"),
        ("CACHE_URL", "nonsense", "CACHE_URL is not an address this portal can use; it should look like redis"),
        ("EMAIL_URL", "nonsense", "EMAIL_URL is not an address this portal can use; it should look like smtp"),
        ("PORTAL_URL", "portal.example.com", "PORTAL_URL is 'portal.example.com'; it should be an address"),
    ],
)
def test_a_wrong_value_is_named_with_what_it_should_be(variable, value, said):
    assert said in start(**({"SECRET_KEY": "x" * 50} | {variable: value}))
