"""Reads the settings anew for each environment of a JSON list on standard input, and prints what came of each.

Beside each environment the list has the names of the settings to print.

In a process of its own, because the settings of a running test suite are no place to try wrong ones.
"""

import json
import sys
import traceback
from pathlib import Path
from runpy import run_path

from django.core.exceptions import ImproperlyConfigured
from environ import Env

SETTINGS = Path(__file__).resolve().parent.parent / "portal_project/settings.py"


class Recording(dict):
    """An environment that remembers which variables it was asked for."""

    asked: set[str] = set()

    def get(self, name, default=None):
        self.asked.add(name)
        return super().get(name, default)

    def __getitem__(self, name):
        self.asked.add(name)
        return super().__getitem__(name)


def outcome(variables, names):
    Env.ENVIRON = Recording(variables)
    try:
        settings = run_path(str(SETTINGS))
    except ImproperlyConfigured as error:
        return {"said": str(error), "traceback": traceback.format_exc()}
    settings |= settings["CACHES"]["default"] | settings["DATABASES"]["default"]
    return {name: settings.get(name) for name in names}


if __name__ == "__main__":
    outcomes = [outcome(*each) for each in json.load(sys.stdin)]
    print(json.dumps({"outcomes": outcomes, "asked": sorted(Recording.asked)}, default=str))
