"""When the worker does what; the truth about what is to do lives in the rows themselves."""

from django_q.models import Schedule

SCHEDULE = {
    "Send the outbox": {
        "func": "portal_project.mail.tasks.send_pending",
        "schedule_type": Schedule.MINUTES,
        "minutes": 1,
    },
    "Record payment files": {
        "func": "subscriptions.billing.payment_files.record_confirmed",
        "schedule_type": Schedule.MINUTES,
        "minutes": 1,
    },
    "Go on with bulk acts": {
        "func": "subscriptions.bulk.running.go_on",
        "schedule_type": Schedule.MINUTES,
        "minutes": 1,
    },
    "Make files of lists": {
        "func": "portal_project.exports.files.make_waiting",
        "schedule_type": Schedule.MINUTES,
        "minutes": 1,
    },
    "Tell providers": {
        "func": "support.wind_down.calls.tell_pending",
        "schedule_type": Schedule.MINUTES,
        "minutes": 1,
    },
    "Apply what is due": {
        "func": "django.core.management.call_command",
        "args": "'apply_due'",
        "schedule_type": Schedule.HOURLY,
    },
    "Forget sessions that are over": {
        "func": "portal_project.accounts.sessions.clear",
        "schedule_type": Schedule.DAILY,
    },
}


def apply() -> None:
    """Make sure that every entry is scheduled; an administrator may have moved its time, so only missing ones are made."""
    for name, entry in SCHEDULE.items():
        Schedule.objects.get_or_create(name=name, defaults=entry)
