"""What the README says of settings and states is what the code has."""

import re
from pathlib import Path

from subscriptions.diagram import as_mermaid

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


def variables():
    code = (ROOT / "portal_project/settings.py").read_text() + (ROOT / "portal_project/environment.py").read_text()
    found = re.findall(r"""(?:env\.\w+\(|environment\.\w+\(\s*(?:env, )?|integer\(env, )"([A-Z_]+)\"""", code)
    # Set by wsgi.py itself, for nobody else to set.
    return set(found) - {"PORTAL_POOLS_CONNECTIONS"}


def test_every_variable_is_in_the_settings_table_and_in_the_example():
    example = (ROOT / ".env.example").read_text()
    assert len(variables()) > 10
    assert {name for name in variables() if f"| `{name}` |" not in README} == set()
    assert {name for name in variables() if f"\n{name}=" not in example} == set()


def test_the_state_diagram_is_made_from_the_table():
    assert f"```mermaid\n{as_mermaid()}\n```" in README


def test_the_two_commands_come_first():
    assert README.index("make demo") < README.index("make test") < README.index("## What it is")
