"""The benchmark of pages and clicks runs; its figures are nobody's business here."""

import subprocess
import sys
from pathlib import Path

import pytest

# They use the server beside the tests: as tests of a database they are among those that come first.
pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

ROOT = Path(__file__).resolve().parent.parent


def run(*options):
    command = [sys.executable, "-m", "tests.benchmarks.web", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_benchmark_of_pages_finds_that_every_act_did_what_it_should():
    ran = run("--kinds", "page", "pause", "support", "--seconds", "0", "--tickets", "60")
    assert "every act changed what it should" in ran.stdout, ran.stdout + ran.stderr


def test_customers_click_while_the_job_works_and_the_worker_sends():
    ran = run("--load", "--seconds", "2", "--due", "40")
    assert "no page failed, and no act was lost or done twice" in ran.stdout, ran.stdout + ran.stderr
