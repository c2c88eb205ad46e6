"""A wrong environment stops the start and says which variable is wrong and what it should be."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from portal_project import service_urls
from tests.settings_values import PIECES, RIGHT, WRONG

ROOT = Path(__file__).resolve().parent.parent
BASE = {"SECRET_KEY": "x" * 50, "DEBUG": "False"}
# Set by wsgi.py itself, for nobody else to set.
INTERNAL = {"PORTAL_POOLS_CONNECTIONS"}


def run(*arguments, **variables):
    return subprocess.run(
        [sys.executable, *arguments],
        input=variables.pop("input", None),
        env={"PATH": os.environ["PATH"]} | variables,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


@pytest.fixture(scope="module")
def read():
    """What came of reading the settings in each environment of both tables, by variable and value."""
    cases = [(name, value, []) for name, values in WRONG.items() for value in values] + RIGHT
    environments = [[BASE | {name: value}, list(settings)] for name, value, settings in cases]
    environments += [[{"SECRET_KEY": ""}, []], [{"DEBUG": "True"}, ["NAME"]]]
    done = run("-m", "tests.read_settings", input=json.dumps(environments))
    assert done.stderr == ""
    answer = json.loads(done.stdout)
    keys = [*((name, value) for name, value, _ in cases), "nothing", "debug"]
    return answer | dict(zip(keys, answer["outcomes"], strict=True))


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_named_with_what_it_should_be(name, read):
    assert len(WRONG[name]) >= 10
    for value in WRONG[name]:
        said = read[name, value].get("said", "it started")
        assert re.match(rf"{name} (is|cannot) .*(; it should |\. Set it to a long random text)", said), (value, said)
        assert len(said) < 400


def test_no_secret_is_ever_said(read):
    for outcome in read["outcomes"]:
        assert not any(piece in outcome.get("traceback", "") for piece in PIECES)


@pytest.mark.parametrize(("name", "value", "expected"), RIGHT)
def test_a_right_value_is_taken_as_it_is_written(name, value, expected, read):
    assert read[name, value] == expected


def test_without_a_secret_key_only_debug_starts(read):
    assert read["nothing"]["said"].startswith("SECRET_KEY is not set. Set it to a long random text")
    assert read["debug"] == {"NAME": str(ROOT / "db.sqlite3")}


def test_every_variable_is_in_these_tables_in_readme_and_in_the_example(read):
    known = set(read["asked"]) - INTERNAL
    assert known == set(WRONG) == {name for name, _, _ in RIGHT}
    assert known == set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE))
    assert known == set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))


def test_the_environment_is_read_by_the_readers_alone():
    code = [
        path
        for folder in ("portal_project", "products", "subscriptions", "support")
        for path in ROOT.glob(f"{folder}/**/*.py")
    ]
    readers = {path.name for path in code if re.search(r"os\.environ|getenv", path.read_text("utf-8"))}
    # What these read is set by themselves, or for the demo alone.
    assert readers == {"wsgi.py", "serving.py", "demo.py"}


def test_redis_is_taken_where_its_package_is_installed(tmp_path, monkeypatch):
    (tmp_path / "redis.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    cache = service_urls.cache("rediss://:%24a%40b@cache.example.com:6380/1")
    assert cache["LOCATION"] == "rediss://:%24a%40b@cache.example.com:6380/1"


@pytest.mark.parametrize("folder", ["c#1", "a%41?", "a b+c", "käse 💶"])
def test_the_code_may_lie_in_any_folder(folder, tmp_path):
    (tmp_path / folder).mkdir()
    config = service_urls.database("sqlite:///db.sqlite3", tmp_path / folder)
    assert config["NAME"] == str(tmp_path / folder / "db.sqlite3")


def test_a_command_that_could_do_without_settings_stops_as_well():
    done = run("manage.py", "version", SECRET_KEY="short")
    assert done.stdout == ""
    assert done.stderr.startswith("SECRET_KEY is too short")


def test_a_command_says_nothing_but_the_sentence():
    done = run("manage.py", "check", DEBUG="maybe")
    assert (done.stdout, done.stderr) == ("", "DEBUG is 'maybe'; it should be True or False.\n")


def test_the_server_says_nothing_but_the_sentence_and_is_not_started_again():
    done = run("-c", "import portal_project.wsgi", DEBUG="maybe")
    assert (done.returncode, done.stderr) == (3, "DEBUG is 'maybe'; it should be True or False.\n")


def test_a_terminal_that_lacks_a_letter_is_told_its_number():
    code = "import sys; print('Łódź …'); print('é', file=sys.stderr)"
    done = run("manage.py", "shell", "--no-imports", "-c", code, DEBUG="True", PYTHONIOENCODING="ascii")
    assert (done.stdout, done.stderr) == ("\\u0141\\xf3d\\u017a \\u2026\n", "\\xe9\n")
