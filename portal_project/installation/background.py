"""Checks of what happens without anybody at a page: worker, job, mail."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localtime

from portal_project.common.counting import capped
from portal_project.common.locales import moment
from portal_project.common.worker import GONE_AFTER
from portal_project.installation.state import Finding, Installation
from portal_project.mail import trying
from portal_project.mail.models import OutgoingMail
from subscriptions.admin.filters import LATE, listed

# A day and an hour: whoever runs it once a day is right too.
JOB_LATE_AFTER = timedelta(hours=25)
RUN_WORKER = "Keep manage.py qcluster running, as a service: it sends mails, and hourly applies what is due."
RUN_JOB = "The worker runs it hourly (“Apply what is due” under Schedule); elsewhere run manage.py apply_due."


def worker(installation: Installation) -> Finding:
    seen = installation.worker_seen
    if seen is None:
        return Finding(False, "None was seen yet.", RUN_WORKER)
    is_well = installation.now - seen < GONE_AFTER
    text = f"Last seen on {moment(localtime(seen))}."
    return Finding(is_well, text, "" if is_well else RUN_WORKER)


def job(installation: Installation) -> Finding:
    run, late = installation.job, installation.waiting.late
    if run is None:
        return Finding(False, "It has not run yet.", RUN_JOB)
    if run.ended_at is None or installation.now - run.ended_at > JOB_LATE_AFTER:
        ended = (
            f"It last came to its end on {moment(localtime(run.ended_at))}" if run.ended_at else "It has not ended yet"
        )
        return Finding(False, f"{ended}, and last began on {moment(localtime(run.began_at))}.", RUN_JOB)
    text = f"Last run on {moment(localtime(run.ended_at))}. {run.summary}".strip()
    if run.failed or late:
        text += f" {capped(late)} subscriptions could not be brought up to date." if late else ""
        hint = "The log names each with what went wrong. The next run tries again."
        return Finding(False, text, hint, listed(counted=LATE))
    return Finding(True, text)


def mails(installation: Installation) -> Finding:
    """Those in the outbox."""
    waiting, server = installation.waiting, installation.mail_server
    text = f"{capped(waiting.pending)} wait to be sent, {capped(waiting.failed)} could not be delivered."
    if server.paused_until and server.paused_until > installation.now:
        text += f" Sending is paused until {moment(localtime(server.paused_until))}: {server.error}"
        return Finding(
            False, text, "The mail server failed several times in a row.", _mails(OutgoingMail.State.PENDING)
        )
    if waiting.stuck:
        hint = f"{capped(waiting.stuck)} should have left a quarter of an hour ago or more: see the worker."
        return Finding(False, text, hint, _mails(OutgoingMail.State.PENDING))
    if waiting.failed:
        return Finding(False, text, "Each says why, and can be sent again.", _mails(OutgoingMail.State.FAILED))
    return Finding(True, text)


def mail_test(installation: Installation) -> Finding:
    """Whether the server took one, with the settings as they are."""
    server = installation.mail_server
    if not trying.hands_on():
        if settings.DEBUG:
            return Finding(True, f"With DEBUG on mails may go to {trying.place()}; they reach nobody.")
        hint = "Set EMAIL_URL to your mail server."
        return Finding(False, f"Mails go to {trying.place()}, and reach nobody.", hint)
    if server.tested_at is None:
        return Finding(False, "None was sent yet.", "Send one to yourself, and see whether it arrives.")
    passed = f"The mail server took one on {moment(localtime(server.test_passed_at))}." if server.test_passed_at else ""
    if server.test_error:
        return Finding(False, f"On {moment(localtime(server.tested_at))}: {server.test_error}", passed)
    if server.test_passed_with != trying.fingerprint():
        return Finding(False, f"{passed} The settings have changed since.", "Send another one.")
    return Finding(True, passed)


def _mails(state: str) -> str:
    return f"{reverse('admin:mail_outgoingmail_changelist')}?state__exact={state}"
