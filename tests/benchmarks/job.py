"""`python -m tests.benchmarks.job --subscriptions 1000000 --due 100000`: how fast the job is, against its floor.

On a database of its own on the PostgreSQL of DATABASE_URL. Nothing of this runs with the tests, and nothing in it is a limit.
"""

import os
import re
import statistics
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import perf_counter

from tests import environment  # noqa: F401  the settings read what it sets
from tests.benchmarks.database import own_database

ROOT = Path(__file__).resolve().parents[2]
COMPARED = 1000


def main() -> None:
    options = _options()
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal_project.settings"
    with own_database():
        import django

        django.setup()
        _measure(options)


def _options() -> Namespace:
    parser = ArgumentParser(prog="python -m tests.benchmarks.job", description="Measure the job against set-based SQL.")
    parser.add_argument("--subscriptions", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, default=100_000)
    parser.add_argument("--loop", type=int, default=300, help="rows for the plain per-row loop")
    parser.add_argument("--commands", type=int, default=1, help="how many of them share the work")
    return parser.parse_args()


def _measure(options: Namespace) -> None:
    from django.core.management import call_command
    from django.utils.timezone import localdate

    from subscriptions.lifecycle import due
    from tests.benchmarks import floor, loop, rows, same

    days = rows.Days.before(localdate())
    _say(f"{options.subscriptions:,} subscriptions, {options.due:,} due a day; making them ...")
    call_command("migrate", verbosity=0)
    compared = min(COMPARED, options.due)
    rows.make(
        days,
        subscriptions=options.subscriptions,
        due=options.due,
        in_loop=min(options.loop, options.due),
        compared=compared,
    )
    _say("checking that the floor and the job leave the same rows ...")
    same.check(days.compared, compared)
    due.apply(days.compared)

    in_loop = _timed(loop.run, days.loop)
    # One half of the floor before the job and one after it: what else the machine does weighs on both.
    before = _timed(floor.run, days.floor)
    _checkpoint()
    job = _run_job(days.job, options.commands)
    after = _timed(floor.run, days.floor_again)
    in_floor = before[0] + after[0], before[1] + after[1]
    _say("", f"{'':34}{'rows':>10}{'seconds':>10}{'rows/s':>10}")
    for name, (count, seconds) in {
        "floor, set-based SQL": in_floor,
        "job": job[:2],
        "plain per-row loop": in_loop,
    }.items():
        _say(f"{name:34}{count:>10,}{seconds:>10.2f}{count / seconds:>10,.0f}")
    speed = job[0] / job[1]
    _say(f"{'floor before and after the job':34}{before[0] / before[1]:>20,.0f}{after[0] / after[1]:>10,.0f}")
    _say(f"{'job / floor':34}{speed / (in_floor[0] / in_floor[1]):>30.2f}")
    _say(f"{'job / loop':34}{speed / (in_loop[0] / in_loop[1]):>30.0f}")
    _say(f"{'peak memory of the job, MB':34}{job[2]:>30.0f}")
    _say(f"{'nothing due, seconds beyond start':34}{_with_nothing_due(days.job):>30.2f}")
    _say(f"{'load of the machine (1 minute)':34}{os.getloadavg()[0]:>30.1f}")


def _timed(run: Callable[[date], int], day: date) -> tuple[int, float]:
    _checkpoint()
    began = perf_counter()
    count = run(day)
    return count, perf_counter() - began


def _checkpoint() -> None:
    """What one run left for the server to write is not the next one's burden."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")


def _run_job(day: date, commands: int) -> tuple[int, float, float]:
    """The command in processes of its own: rows, seconds by the slowest one's summary, megabytes at the peak of one."""
    from subscriptions.lifecycle import due

    count = due.count(day)
    command = _command("apply_due", "--on", day.isoformat())
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(commands)]
    summaries, peaks = [], []
    for process in processes:
        assert process.stdout
        summaries.append(process.stdout.read())
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        peaks.append(usage.ru_maxrss / 1024)
    if any(process.returncode for process in processes) or due.count(day):
        raise SystemExit(f"the job failed: {summaries}")
    _say(*(summary.strip() for summary in summaries))
    return count, max(float(re.search(r"seconds=([\d.]+)", summary)[1]) for summary in summaries), max(peaks)


def _with_nothing_due(day: date) -> float:
    """How much longer the command takes than Django's own start, the middle of five."""
    idle = [_wall(_command("apply_due", "--on", day.isoformat())) for _ in range(5)]
    start = [_wall(_command("help", "apply_due")) for _ in range(5)]
    return statistics.median(idle) - statistics.median(start)


def _wall(command: list[str]) -> float:
    began = perf_counter()
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - began


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def _say(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    main()
