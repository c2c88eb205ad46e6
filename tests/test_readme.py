"""What the README says of states is what the code has; of settings, see test_settings.py."""

from pathlib import Path

from subscriptions.rules.diagram import as_mermaid

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_state_diagram_is_made_from_the_table():
    assert f"```mermaid\n{as_mermaid()}\n```" in README


def test_the_two_commands_come_first():
    assert README.index("make demo") < README.index("make test") < README.index("## What it is")
