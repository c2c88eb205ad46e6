from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from smtplib import SMTPAuthenticationError, SMTPDataError, SMTPRecipientsRefused
from threading import Barrier
from unittest.mock import patch

import pytest
import time_machine
from django.core import mail as django_mail
from django.db import connection, transaction
from django.utils import timezone
from django_q.models import OrmQ

from portal_project.mail import outbox, tasks
from portal_project.mail.models import OutgoingMail

pytestmark = pytest.mark.django_db


SIGNED = (
    "It works.\n\nAnswers to this mail do not reach us. Please use the portal.\n\n"
    "-- \nSubscription Portal\nhttp://portal.test/\n"
)


def ready(key="event:1:paused", template="ready_made", **fields):
    context = {"subject": "Hello", "text": "It works."}
    return OutgoingMail(key=key, recipient="alice@example.com", template=template, context=context, **fields)


def refusing(error):
    """A mail server that answers everything with that error."""
    return patch("django.core.mail.backends.locmem.EmailBackend.send_messages", side_effect=error)


def test_a_pending_mail_is_sent_once_with_a_message_id_from_its_key():
    outbox.add(ready())
    assert (tasks.send_pending(), tasks.send_pending()) == (1, 0)
    (sent,) = django_mail.outbox
    assert (sent.subject, sent.body, sent.to) == ("Hello", SIGNED, ["alice@example.com"])
    assert sent.extra_headers["Message-ID"] == "<event.1.paused@localhost>"
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    assert sent.message()["Date"]
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


def test_mails_of_one_thread_answer_to_one_root_and_others_to_none():
    outbox.add(ready(thread="T-7KQ4M2"), ready("event:2:paused", thread="T-7KQ4M2"), ready("event:3:paused"))
    tasks.send_pending()
    first, second, alone = [sent.extra_headers for sent in django_mail.outbox]
    root = "<thread.T-7KQ4M2@localhost>"
    assert first["In-Reply-To"] == first["References"] == second["In-Reply-To"] == second["References"] == root
    assert first["Message-ID"] != second["Message-ID"] != root
    assert "In-Reply-To" not in alone


def test_every_mail_has_a_text_and_an_html_part():
    outbox.add(ready())
    tasks.send_pending()
    (sent,) = django_mail.outbox
    (html,) = sent.alternatives
    assert html.mimetype == "text/html"
    assert "<p>It works.</p>" in html.content


@pytest.mark.parametrize(
    ("error", "state", "words"),
    [
        (SMTPRecipientsRefused({"alice@example.com": (550, b"no such user")}), "failed", "550 no such user"),
        (SMTPRecipientsRefused({"alice@example.com": (450, b"busy")}), "pending", "450 busy"),
        (SMTPDataError(554, b"not wanted"), "failed", "554 not wanted"),
        (SMTPDataError(451, b"try later"), "pending", "451 try later"),
        (SMTPAuthenticationError(535, b"wrong password"), "pending", "535 wrong password"),
        (ConnectionRefusedError("nobody there"), "pending", "ConnectionRefusedError: nobody there"),
    ],
)
def test_what_the_server_refuses_for_good_is_not_tried_again(error, state, words):
    outbox.add(ready())
    with refusing(error):
        tasks.send_pending()
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.attempts, mail.error) == (state, 1, words)


def test_a_mail_sent_again_begins_anew_and_only_one_that_failed_is(django_capture_on_commit_callbacks):
    outbox.add(ready(), ready("event:2:paused"))
    with refusing(SMTPDataError(554, b"not wanted")):
        tasks.send_pending()
    OutgoingMail.objects.filter(key="event:2:paused").update(state="pending")
    with django_capture_on_commit_callbacks(execute=True):
        assert outbox.send_again(OutgoingMail.objects.all()) == 1
    assert outbox.send_again(OutgoingMail.objects.all()) == 0
    assert OrmQ.objects.count() == 1
    assert tasks.send_pending() == 1
    mail = OutgoingMail.objects.get(key="event:1:paused")
    assert (mail.state, mail.attempts, mail.error) == ("sent", 1, "")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_several_workers_send_each_mail_once():
    outbox.add(*[ready(f"event:{n}:paused") for n in range(40)])
    barrier = Barrier(4)

    def work():
        barrier.wait()
        try:
            return tasks.send_pending()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        sent = [future.result(timeout=60) for future in [pool.submit(work) for _ in range(4)]]
    assert sum(sent) == 40
    assert len({mail.extra_headers["Message-ID"] for mail in django_mail.outbox}) == len(django_mail.outbox) == 40
    assert set(OutgoingMail.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_the_worker_is_woken_after_the_commit_and_not_by_a_rollback(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        outbox.add(ready())
    assert OrmQ.objects.count() == 1
    with transaction.atomic():
        outbox.add(ready("event:2:paused"))
        transaction.set_rollback(True)
    assert OutgoingMail.objects.count() == 1
