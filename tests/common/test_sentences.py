"""What is kept as facts can be worded by every process, whatever it has done before."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CALL = re.compile(r"^(facts\.)?sentences\(", re.MULTILINE)
LOADED = "import sys, django; django.setup(); print(*sys.modules)"


def test_every_module_that_names_sentences_is_loaded_at_the_start():
    apps = [
        path
        for app in ("portal_project", "products", "subscriptions", "support")
        for path in (ROOT / app).rglob("*.py")
    ]
    naming = {str(path.relative_to(ROOT))[:-3].replace("/", ".") for path in apps if CALL.search(path.read_text())}
    environment = {"DJANGO_SETTINGS_MODULE": "portal_project.settings", "DEBUG": "True"}
    started = subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, env=environment, capture_output=True, check=True)
    assert len(naming) > 5
    assert naming - set(started.stdout.decode().split()) == set()
