"""The file `.env`: whatever an editor does to it, each line is read as it is meant, or named."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from environ import Env

from portal_project import env_file


@pytest.fixture
def variables(monkeypatch):
    monkeypatch.setattr(Env, "ENVIRON", {"SET": "before"})
    return Env.ENVIRON


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("A=1\n", "1"),
        ("\ufeffA=1", "1"),
        ("# first\r\n\r\n  # second\r\nA=1\r\n", "1"),
        ("B=2\rA=1\r", "1"),
        ("export A=1", "1"),
        ("  export  A = 1\t \n", "1"),
        ("A=", ""),
        ("A=1\nA=2", "2"),
        ("A=$B ${C} # d", "$B ${C} # d"),
        ("A=a#b=c'd\"e\\f", "a#b=c'd\"e\\f"),
        ("A='a b # c'  ", "a b # c"),
        ('A="a \\"b\\" # c"\t', 'a "b" # c'),
        ('A="Acme, Inc." <p@acme.example>', '"Acme, Inc." <p@acme.example>'),
        ("A=é💶", "é💶"),
        ("SET=after\nA=1", "1"),
    ],
)
def test_a_value_is_read_as_it_is_written(content, expected, variables, tmp_path):
    (tmp_path / ".env").write_bytes(content.encode())
    env_file.load(tmp_path / ".env")
    assert (variables["A"], variables["SET"]) == (expected, "before")


@pytest.mark.parametrize("line", ["hunter2", "=hunter2", "KEY hunter2", "KEY: hunter2", "KEY=hunt\0er2", "é=hunter2"])
def test_a_line_that_sets_nothing_is_named_by_its_number(line, variables, tmp_path):
    (tmp_path / ".env").write_text(f"A=1\n\n{line}\n", "utf-8")
    with pytest.raises(ImproperlyConfigured, match=r"/\.env, line 3, sets nothing; it should be NAME=value\.$"):
        env_file.load(tmp_path / ".env")
    assert variables == {"SET": "before"}


@pytest.mark.parametrize("content", ["KEY=hunté".encode("latin-1"), "KEY=hunter2".encode("utf-16")])
def test_another_encoding_is_said(content, variables, tmp_path):
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(ImproperlyConfigured, match=r"/\.env cannot be read; it should be text in UTF-8\.$"):
        env_file.load(tmp_path / ".env")


def test_a_file_that_cannot_be_read_is_said(variables, tmp_path):
    (tmp_path / ".env").mkdir()
    with pytest.raises(ImproperlyConfigured, match=r"/\.env cannot be read: Is a directory\.$"):
        env_file.load(tmp_path / ".env")


def test_without_a_file_nothing_is_set(variables, tmp_path):
    env_file.load(tmp_path / ".env")
    assert variables == {"SET": "before"}
