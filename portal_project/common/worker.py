"""Whether a background worker (`manage.py qcluster`) is running, as every process on every machine can see it.

A worker leaves one trace that is always fresh: its scheduler moves each entry that falls due on to its next run, also while
a long task holds all its processes. An entry that runs each minute so tells when there last was a worker.
"""

from datetime import datetime, timedelta

from django.utils import timezone
from django_q.models import OrmQ, Schedule
from django_q.tasks import async_task

# The scheduler looks twice a minute; the rest is patience with a busy machine.
GONE_AFTER = timedelta(minutes=5)


def last_seen() -> datetime | None:
    """When a worker last looked at its schedule, to the minute; None where there is no sign of one."""
    now = timezone.now()
    entries = Schedule.objects.filter(schedule_type=Schedule.MINUTES, task__isnull=False, next_run__isnull=False)
    runs = [entry.next_run - timedelta(minutes=entry.minutes or 1) for entry in entries.exclude(repeats=0)]
    # Somebody may have put an entry off by hand; that is no sign of a worker.
    return max((run for run in runs if run <= now), default=None)


def is_running() -> bool:
    """Whether a worker was seen within the last five minutes."""
    seen = last_seen()
    return seen is not None and timezone.now() - seen < GONE_AFTER


def wake(function: str) -> None:
    """Have the worker call the function of that dotted name soon, unless it waits in line already."""
    waiting = OrmQ.objects.filter(lock__lte=timezone.now())
    if not any(entry.task.get("func") == function for entry in waiting):
        async_task(function)
