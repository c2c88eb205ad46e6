"""A mail server that does not work holds nothing up, is left alone for a while, and costs the mails nothing."""

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from smtplib import SMTPDataError, SMTPSenderRefused, SMTPServerDisconnected
from threading import Barrier, Event
from time import monotonic
from unittest.mock import patch

import pytest
import time_machine
from django.core import mail as django_mail
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ

from portal_project.mail import outbox, server, tasks
from portal_project.mail.models import MailServer, OutgoingMail
from subscriptions.billing import payment_files
from tests.mail.smtp import DRIBBLING, MUTE, SILENT, WORKING, serving

pytestmark = pytest.mark.django_db

LIST = "/admin/mail/outgoingmail/"
BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def _impatient(settings):
    settings.MAIL_CONNECT_SECONDS = settings.MAIL_SEND_SECONDS = 0.2
    settings.MAIL_RUN_SECONDS = 0


@pytest.fixture
def mail_server(settings, request):
    """The portal's mail goes to a server of the kind that the test names."""
    with serving(request.param) as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = running.server_address
        yield running


def kinds(*names):
    return pytest.mark.parametrize("mail_server", names, indirect=True)


def write(count=1, **fields):
    context = {"subject": "Hello", "text": "It works."}
    keys = [f"event:{n}:paused" for n in range(count)]
    told = {"recipient": "alice@example.com", "template": "ready_made", "context": context}
    outbox.add(*[OutgoingMail(key=key, **told | fields) for key in keys])


def later(minutes):
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=True)


def failing(error, method="open"):
    return patch(f"{BACKEND}.{method}", side_effect=error)


def take(seconds, call):
    """Do it, and fail if it takes much longer than that on a busy machine."""
    began = monotonic()
    call()
    assert monotonic() - began < seconds + 2


@kinds(SILENT, DRIBBLING)
@pytest.mark.usefixtures("_impatient")
def test_a_server_that_never_gets_to_the_point_is_given_up_within_seconds_and_costs_no_mail_an_attempt(mail_server):
    write(16)
    take(0.2, tasks.send_pending)
    assert set(OutgoingMail.objects.values_list("state", "attempts")) == {("pending", 0)}
    known = MailServer.objects.get()
    assert known.failures == 1
    # Which of the two bounds is first is the machine's affair: that of the whole, or that of one answer.
    assert re.search("no answer within 0.2 seconds|timed out", known.error)


@pytest.mark.usefixtures("_impatient")
def test_a_name_that_is_looked_up_for_ever_is_given_up_too(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    write()
    answer = Event()
    with patch("socket.getaddrinfo", side_effect=lambda *_args, **_options: answer.wait(30)):
        take(0.2, tasks.send_pending)
        answer.set()
    assert MailServer.objects.get().failures == 1


@kinds(MUTE)
@pytest.mark.usefixtures("_impatient")
def test_a_server_that_may_have_taken_the_mail_costs_an_attempt_so_that_it_does_not_come_for_ever(mail_server):
    write(16)
    take(0.2, tasks.send_pending)
    assert sorted(OutgoingMail.objects.values_list("attempts", flat=True)) == [0] * 15 + [1]
    assert MailServer.objects.get().failures == 1


@kinds(WORKING)
def test_many_mails_go_over_one_connection(mail_server):
    write(5)
    assert tasks.send_pending() == 5
    assert (len(mail_server.mails), mail_server.connections) == (5, 1)
    assert "Message-ID: <event.0.paused@localhost>" in mail_server.mails[0]


def test_after_three_failures_in_a_row_the_server_is_left_alone_for_longer_and_longer():
    write()
    with failing(ConnectionRefusedError("nobody there")) as tried:
        for _ in range(5):
            tasks.send_pending()
        assert tried.call_count == 3
        for minutes, tries in [(0.9, 3), (1.1, 4), (3, 4), (3.2, 5), (8, 5), (8.3, 6), (13.2, 6), (13.4, 7)]:
            with later(minutes):
                tasks.send_pending()
            assert tried.call_count == tries, minutes
    assert OutgoingMail.objects.get().attempts == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_failures_of_several_workers_all_count():
    barrier = Barrier(4)

    def fail():
        barrier.wait()
        try:
            server.record_failure("no answer")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(fail) for _ in range(4)]:
            future.result(timeout=60)
    assert MailServer.objects.get().failures == 4


def test_the_first_mail_that_goes_through_ends_it():
    write(3)
    with failing(ConnectionRefusedError("nobody there")):
        for _ in range(3):
            tasks.send_pending()
    with later(1.1):
        assert tasks.send_pending() == 3
    known = MailServer.objects.get()
    assert (known.failures, known.error, known.paused_until) == (0, "", None)


@pytest.mark.parametrize(
    ("error", "failures"),
    [
        (SMTPServerDisconnected("gone"), 3),
        (SMTPSenderRefused(450, b"too many mails", "portal@localhost"), 3),
        (SMTPDataError(451, b"try later"), 0),
        (SMTPDataError(554, b"not wanted"), 0),
        (ValueError("nothing can be made of it"), 0),
    ],
)
def test_only_what_is_no_mails_own_fault_counts_against_the_server(error, failures):
    write(4)
    with failing(error, "send_messages"):
        for _ in range(4):
            tasks.send_pending()
    assert list(MailServer.objects.values_list("failures", flat=True)) == [failures] * bool(failures)
    assert OutgoingMail.objects.filter(attempts=1).count() == (failures or 4)


def test_a_run_ends_when_its_time_is_over_and_the_next_one_goes_on(settings):
    settings.MAIL_RUN_SECONDS = 0
    write(3)
    assert [tasks.send_pending(), OrmQ.objects.count()] == [1, 1]
    assert [tasks.send_pending(), tasks.send_pending(), OrmQ.objects.count()] == [1, 1, 1]


def test_however_often_the_worker_is_woken_one_task_waits():
    for _ in range(100):
        outbox.wake()
    assert OrmQ.objects.count() == 1
    OrmQ.objects.update(lock=timezone.now() + timedelta(hours=1))  # a worker has taken it
    outbox.wake()
    outbox.wake()
    assert OrmQ.objects.count() == 2


def test_mail_waits_in_line_behind_another_task_and_not_for_the_schedule():
    payment_files.wake()
    outbox.wake()
    assert [entry.task["func"] for entry in OrmQ.objects.order_by("id")] == [
        "subscriptions.billing.payment_files.record_confirmed",
        "portal_project.mail.tasks.send_pending",
    ]


def test_codes_go_before_all_that_has_waited_longer():
    write(3, next_attempt_at=timezone.now() - timedelta(days=1))
    OutgoingMail.objects.filter(key="event:2:paused").update(
        recipient="bob@example.com", next_attempt_at=timezone.now(), expires_at=timezone.now() + timedelta(minutes=15)
    )
    tasks.send_pending()
    assert [sent.to[0][:3] for sent in django_mail.outbox] == ["bob", "ali", "ali"]


def test_the_list_says_until_when_and_why_sending_is_paused(as_merchant):
    write()
    assert "Sending is paused" not in as_merchant.get(LIST).content.decode()
    with time_machine.travel("2026-03-10 12:00 +0000", tick=False):
        OutgoingMail.objects.update(next_attempt_at=timezone.now())
        with failing(socket.gaierror("Name <b> unknown")):
            for _ in range(3):
                tasks.send_pending()
        shown = as_merchant.get(LIST).content.decode()
    assert "Sending is paused until 10 March 2026, 12:01." in shown
    assert "The last time: gaierror: Name &lt;b&gt; unknown" in shown
