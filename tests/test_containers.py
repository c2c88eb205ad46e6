"""The image, its services and the workflow: read as files, and their commands run where nothing can be written to the code."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
import yaml
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
IGNORED = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"][0]["hooks"]
CI = (ROOT / ".ci/run").read_text("utf-8")
APPS = ("portal_project", "products", "subscriptions", "support")
OURS = ("migrate", "web", "worker")
# What the image is made from: .dockerignore leaves everything out but these.
CONTEXT = [line.removeprefix("!") for line in IGNORED if line.startswith("!")]


def instructions(text):
    """The Dockerfile's instructions as `(stage, name, rest)`, continued lines joined; stages are counted from 1."""
    stage = 0
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        if line.strip() and not line.startswith("#"):
            name, _space, rest = line.partition(" ")
            stage += name == "FROM"
            yield stage, name, rest.strip()


def of(name, *, stage=None):
    """What the instructions of this name say, in one stage or in all."""
    return [rest for where, what, rest in instructions(DOCKERFILE) if what == name and stage in (None, where)]


def test_the_image_is_built_in_one_stage_and_runs_as_nobody_in_another():
    build, final = of("FROM")
    assert build == f"{final} AS build"
    assert of("COPY", stage=2) == ["--from=build /srv/portal /srv/portal"]
    (user,) = of("USER")
    assert user.isdecimal()
    assert f"--uid {user} " in of("RUN", stage=2)[0]


def test_nothing_but_what_runs_gets_into_the_image():
    assert [line for line in IGNORED if line and not line.startswith(("#", "!", "**/"))] == ["*"]
    assert sorted(CONTEXT) == sorted([*APPS, "templates", "manage.py", "pyproject.toml", "uv.lock", "LICENSE"])
    assert [name for name in CONTEXT if not (ROOT / name).exists()] == []


def test_every_service_of_ours_is_the_same_image_that_can_write_to_its_data_alone():
    services = COMPOSE["services"]
    assert set(services) == {"database", *OURS}
    for name in OURS:
        service = services[name]
        assert (service["image"], service["read_only"], service["tmpfs"]) == ("subscription-portal", True, ["/tmp"])
        assert (service["cap_drop"], service["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
        kept = service["environment"]["FILES_DIR"]
        assert service["volumes"] == [f"files:{kept}", "./.env:/srv/portal/.env:ro"]
        assert of("VOLUME") == [kept]
        assert f"FILES_DIR={kept}" in of("ENV")[0]


def test_migrations_are_applied_before_anything_serves():
    services = COMPOSE["services"]
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert services["migrate"]["restart"] == "no"
    assert "healthcheck" in services["database"]
    for name in ("web", "worker"):
        assert services[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_the_services_meet_at_one_database_that_only_they_can_reach():
    services = COMPOSE["services"]
    database = services["database"]["environment"]
    url = urlsplit(
        services["web"]["environment"]["DATABASE_URL"].replace(":?Set it in .env, of letters and digits", "")
    )
    assert (url.scheme, url.hostname, url.port, url.path) == (
        "postgres",
        "database",
        5432,
        f"/{database['POSTGRES_DB']}",
    )
    assert url.username == database["POSTGRES_USER"]
    assert database["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")
    assert {name: service.get("ports") for name, service in services.items() if "ports" in service} == {
        "web": ["127.0.0.1:8000:8000"]
    }
    assert of("EXPOSE") == ["8000"]


def test_the_services_set_only_what_the_portal_knows():
    known = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
    assert {name for ours in OURS for name in COMPOSE["services"][ours]["environment"]} <= known


def test_the_workflow_runs_what_everybody_runs_on_the_oldest_and_the_newest_python():
    job = WORKFLOW["jobs"]["ci"]
    versions = job["strategy"]["matrix"]["python"]
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"].removeprefix(
        ">="
    )
    assert versions == [oldest, re.search(r"python:([\d.]+)", of("FROM")[0])[1]]
    assert job["container"]["image"] == "python:${{ matrix.python }}-slim-trixie"
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_the_workflow_has_the_database_where_the_run_looks_for_it():
    job = WORKFLOW["jobs"]["ci"]
    assert "CI_DATABASE_URL" in CI
    assert urlsplit(job["env"]["CI_DATABASE_URL"]).hostname in job["services"]
    assert job["services"]["postgres"]["image"] == COMPOSE["services"]["database"]["image"]


def test_each_check_of_ci_but_the_tests_is_a_hook():
    checks = {f"make {name}" for name in re.findall(r"^make (\w+)", CI, re.MULTILINE)}
    assert {hook["entry"] for hook in HOOKS} == checks - {"make dev", "make test"}


# What the commands of the image do, in an environment that has nothing but what the image gives them.


@pytest.fixture
def code(tmp_path):
    """The code as the image has it, which nothing can be written to: root is only root while it may override that."""
    folder = tmp_path / "portal"
    folder.mkdir()
    for name in CONTEXT:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.sqlite3*"))
        else:
            shutil.copy(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(sys.prefix)
    subprocess.run(["sh", "-euc", building("collectstatic")], cwd=folder, env=PLAIN, check=True, capture_output=True)
    set_writable(folder, False)
    yield folder
    set_writable(folder, True)


PLAIN = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}


def building(command: str) -> str:
    """The part of a RUN that has the command, as the image's build runs it."""
    (step,) = [part for run in of("RUN") for part in run.split("&&") if command in part]
    return step.strip()


def set_writable(folder: Path, writable: bool) -> None:
    for path in [folder, *(path for path in folder.rglob("*") if not path.is_symlink())]:
        mode = path.stat().st_mode
        path.chmod(mode | 0o200 if writable else mode & ~0o222)


def powerless(command: list[str]) -> list[str]:
    return ["setpriv", "--bounding-set=-dac_override", *command] if os.geteuid() == 0 else command


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def answer(address: str) -> str:
    """What is there, or nothing while nobody answers."""
    try:
        return urlopen(Request(address, headers={"Host": "localhost"}), timeout=5).read().decode()
    except OSError:
        return ""


def children(process: subprocess.Popen) -> list[str]:
    return Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()


def awaited(look):
    """What `look` finds, once it finds something, or at last nothing."""
    until = time.monotonic() + 30
    while not (found := look()) and time.monotonic() < until:
        time.sleep(0.05)
    return found


@pytest.mark.skipif(connection.vendor != "sqlite", reason="once is enough, on a database file of its own")
@pytest.mark.skipif(not shutil.which("setpriv") or not Path("/dev/shm").is_dir(), reason="needs Linux")
def test_its_commands_run_where_the_code_cannot_be_written(code, tmp_path):
    data, port = tmp_path / "data", free_port()
    data.mkdir()
    environment = PLAIN | {
        "PATH": f"{code}/.venv/bin:/usr/bin:/bin",
        "SECRET_KEY": "for-this-test-alone-0123456789-abcdefghij",
        "DATABASE_URL": f"sqlite:///{data}/db.sqlite3",
        "FILES_DIR": str(data),
        "SECURE_SSL": "False",
    }
    services, address = COMPOSE["services"], f"http://127.0.0.1:{port}"
    before = sorted(code.rglob("*"))
    assert subprocess.run(powerless(["touch", "new"]), cwd=code, capture_output=True, check=False).returncode

    def run(command):
        return subprocess.Popen(
            powerless(command), cwd=code, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )

    migrating = run(services["migrate"]["command"])
    assert (migrating.communicate(timeout=300)[1], migrating.returncode) == (b"", 0)
    serving = [word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in yaml.safe_load(of("CMD")[0])]
    _web, worker = started = [run(serving), run(services["worker"]["command"])]
    try:
        ready = awaited(lambda: answer(f"{address}/readyz"))
        style = re.search(r"/static/portal/portal\.[0-9a-f]{12}\.css", answer(f"{address}/accounts/login/"))
        assert answer(address + style[0])
        checking = [word.replace(":8000/", f":{port}/") for word in services["web"]["healthcheck"]["test"][1:]]
        assert subprocess.run(checking, env=environment, check=False).returncode == 0
        # Its scheduler is seen only after half a minute; that it has begun to work, at once.
        assert awaited(lambda: children(worker))
    finally:
        for process in started:
            process.terminate()
        said = [process.communicate(timeout=120)[1] for process in started]
    assert ready.splitlines()[:3] == ["database: ok", "migrations: ok", "cache: ok"]
    assert [process.returncode for process in started] == [0, 0]
    assert [text for text in said if b"Traceback" in text or b"rror" in text] == []
    assert sorted(code.rglob("*")) == before
