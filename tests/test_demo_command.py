"""`manage.py demo`: where it refuses, and that nothing it starts outlives it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.http import HttpResponse

from portal_project import service_urls
from portal_project.accounts.models import User
from portal_project.demo import serving
from portal_project.demo.own_pages import OwnPagesMiddleware


def test_a_real_portal_is_refused(db):
    with pytest.raises(CommandError, match="DEBUG is off"):
        call_command("demo", no_serve=True)
    with pytest.raises(CommandError, match="--reset deletes everything"):
        call_command("demo", no_serve=True, reset=True, yes_production=True)
    assert not User.objects.exists()


def test_nobodys_data_is_mixed_with_the_sample(bob, settings):
    settings.DEBUG = True
    for reset in (False, True):
        with pytest.raises(CommandError, match="holds other people's data"):
            call_command("demo", no_serve=True, reset=reset)
    assert User.objects.get() == bob


def test_a_port_in_use_is_said_in_one_line(db):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"^Port {port} is in use; choose another: make demo PORT="):
            call_command("demo", port=str(port), yes_production=True)


def test_what_a_running_demo_holds_is_not_deleted(db, settings):
    settings.DEBUG = True
    with serving.claimed(connection.settings_dict), pytest.raises(CommandError, match=r"^A demo is running on this"):
        call_command("demo", no_serve=True, reset=True)
    assert not User.objects.exists()


def test_a_second_demo_of_a_database_starts_no_second_worker(tmp_path):
    here, there = ({"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / name} for name in ("here", "there"))
    with serving.claimed(here) as first, serving.claimed(here) as second, serving.claimed(there) as elsewhere:
        assert (first, second, elsewhere) == (True, False, True)
    with serving.claimed(here) as after_the_end:
        assert after_the_end
    assert serving.commands(8001, with_worker=False).keys() == {"server"}


@pytest.mark.parametrize(("status", "said"), [(404, "We could not find that page"), (200, "As Django answers")])
def test_a_page_that_is_not_there_looks_as_in_production(rf, db, status, said):
    request = rf.get("/nowhere/")
    request.user = AnonymousUser()
    response = OwnPagesMiddleware(lambda request: HttpResponse("As Django answers", status=status))(request)
    assert response.status_code == status
    assert said in response.content.decode()


@pytest.mark.parametrize(("error", "status"), [(OperationalError("database is locked"), 503), (ValueError(), None)])
def test_a_busy_database_looks_as_in_production(rf, error, status):
    response = OwnPagesMiddleware(HttpResponse).process_exception(rf.get("/"), error)
    assert getattr(response, "status_code", None) == status


@pytest.mark.parametrize("port", ["", "http", "0", "70000", "-1", "٨٠٠٠", "9" * 5000])
def test_an_odd_port_is_refused(port):
    with pytest.raises(CommandError, match="it should be a number from 1 to 65535"):
        call_command("demo", port=port, yes_production=True)


def test_a_number_in_other_digits_is_refused(db):
    with pytest.raises(CommandError, match="should be a whole number, such as 1000"):
        call_command("demo", "--no-serve", "--subscriptions", "٣")


def test_the_mails_of_the_demo_lie_beside_the_code_whatever_its_folder_is_called(tmp_path, settings, monkeypatch):
    settings.BASE_DIR = tmp_path / "c#1 %41+?"
    monkeypatch.delenv("EMAIL_URL")
    url = serving.environment("http://localhost:8000")["EMAIL_URL"]
    assert service_urls.email(url)["EMAIL_FILE_PATH"] == str(settings.BASE_DIR / "mails")


# Two programs, of which the worker has a child of its own.
SERVING = """
import os, signal, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "portal_project.settings"
# Also where the tests themselves run under nohup.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from portal_project.demo import serving
sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
forks = ["sh", "-c", "sleep 60 & echo $! > child; wait"]
dies = [sys.executable, "-c", "open('child'); raise SystemExit(3)"]
programs = {"server": dies if sys.argv[1:] else sleep, "worker": forks}
said = lambda: print("ready", flush=True)
print("ended:", serving.run(programs, dict(os.environ), lambda: os.path.getsize("child") > 0, said))
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_end_of_the_demo_is_the_end_of_everything_it_started(sent, tmp_path):
    with _serving(tmp_path) as demo:
        assert demo.stdout.readline() == "ready\n"
        demo.send_signal(sent)
        assert demo.communicate(timeout=20)[0] == "ended: \n"
    assert _is_gone(int((tmp_path / "child").read_text()))


def test_a_program_that_ends_by_itself_ends_the_other(tmp_path):
    (tmp_path / "child").touch()
    with _serving(tmp_path, "dies") as demo:
        assert demo.communicate(timeout=20)[0].endswith("ended: server\n")
    child = (tmp_path / "child").read_text()
    assert not child or _is_gone(int(child))


def _serving(folder, *arguments):
    (folder / "child").touch()
    root = str(Path(__file__).parent.parent)
    return subprocess.Popen(
        [sys.executable, "-c", SERVING, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": root},
        stdout=subprocess.PIPE,
        text=True,
    )


def _is_gone(pid):
    """Whether the process has ended; one that nobody has waited for yet counts as ended."""
    for _ in range(50):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.1)
    return False
