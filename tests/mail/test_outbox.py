from datetime import timedelta

import pytest
import time_machine
from django.core import mail as django_mail
from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ

from portal_project.mail import outbox, tasks
from portal_project.mail.models import OutgoingMail

pytestmark = pytest.mark.django_db


def ready(key="event:1:paused", template="ready_made"):
    return OutgoingMail(
        key=key, recipient="alice@example.com", template=template, context={"subject": "Hello", "text": "It works."}
    )


def test_a_pending_mail_is_sent_once_with_a_message_id_from_its_key():
    outbox.add(ready())
    assert (tasks.send_pending(), tasks.send_pending()) == (1, 0)
    (sent,) = django_mail.outbox
    assert (sent.subject, sent.body, sent.to) == ("Hello", "It works.\n", ["alice@example.com"])
    assert sent.extra_headers["Message-ID"] == "<event.1.paused@localhost>"
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.attempts, mail.error) == ("sent", 1, "")


def test_the_same_key_is_told_once():
    outbox.add(ready())
    outbox.add(ready())
    assert OutgoingMail.objects.count() == 1


def test_one_that_fails_is_recorded_retried_later_and_does_not_stop_the_others():
    outbox.add(ready(template="no such template"), ready("event:2:paused"))
    assert tasks.send_pending() == 1
    broken = OutgoingMail.objects.get(template="no such template")
    assert (broken.state, broken.attempts) == ("pending", 1)
    assert "TemplateDoesNotExist" in broken.error
    assert tasks.send_pending() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        tasks.send_pending()
    broken.refresh_from_db()
    assert broken.attempts == 2


def test_after_the_last_attempt_it_is_marked_as_failed():
    outbox.add(ready(template="no such template"))
    now = timezone.now()
    for attempt in range(len(tasks.WAITS)):
        with time_machine.travel(now + timedelta(days=3 * attempt)):
            tasks.send_pending()
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.attempts) == ("failed", len(tasks.WAITS))


def test_a_claimed_mail_is_left_alone_until_its_claim_is_old():
    """A worker that dies after its claim leaves the mail to the next one."""
    outbox.add(ready())
    tasks._claim(timezone.now())
    assert tasks.send_pending() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert tasks.send_pending() == 1


def test_the_worker_is_woken_after_the_commit_and_not_by_a_rollback(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        outbox.add(ready())
    assert OrmQ.objects.count() == 1
    with transaction.atomic():
        outbox.add(ready("event:2:paused"))
        transaction.set_rollback(True)
    assert OutgoingMail.objects.count() == 1
