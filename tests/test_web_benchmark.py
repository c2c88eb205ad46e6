"""The benchmark of pages and clicks runs; its figures are nobody's business here."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.postgres
def test_the_benchmark_of_pages_finds_that_every_act_did_what_it_should():
    options = ["--kinds", "page", "pause", "support", "--seconds", "0", "--tickets", "60"]
    command = [sys.executable, "-m", "tests.benchmarks.web", *options]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "every act changed what it should" in run.stdout, run.stdout + run.stderr
