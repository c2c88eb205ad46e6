"""Files of payments: checked, confirmed, and recorded by the worker."""

import csv
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from portal_project.common import bulk, pacing
from subscriptions.billing import payment_files
from subscriptions.lifecycle import unit_of_work
from subscriptions.models import Channel, Invoice, PaymentFile, Subscription
from tests.factories import PlanFactory

LIST = "/admin/subscriptions/paymentfile/"
CHECKED, RECORDED = "pay open invoices", "payments recorded"


@pytest.fixture
def invoices(alice, clock):
    """Five of 1 April over 100.00; today is the 5th."""
    clock(date(2026, 4, 5))
    return started_many(alice, 5)


def started_many(customer, count):
    plan, day = PlanFactory(), date(2026, 4, 1)
    rows = [Subscription.begin(customer, plan, day) for _ in range(count)]
    unit_of_work.add(rows, today=day, by=customer, channel=Channel.ADMIN)
    return list(Invoice.objects.order_by("number"))


def send(client, content, received_on="2026-04-04", name="bank.csv"):
    """The page that sending the file leads to."""
    file = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode(), "text/csv")
    return client.post(f"{LIST}add/", {"received_on": received_on, "file": file}, follow=True)


def lines(*rows):
    return "\n".join(["reference;amount", *rows]) + "\n"


def text_of(page):
    assert page.status_code == 200
    return page.content.decode()


def page_of(client, file):
    return text_of(client.get(f"{LIST}{file.pk}/change/"))


def confirm(client, file):
    return client.post(f"{LIST}{file.pk}/confirm/", follow=True)


def record(client, content):
    """Send, confirm and have the worker record."""
    send(client, content)
    file = PaymentFile.objects.get()
    confirm(client, file)
    payment_files.record_confirmed()
    file.refresh_from_db()
    return file


def refused(file):
    return [(payment.line, payment.reason) for payment in file.refused_payments.all()]


def test_a_file_is_checked_first_and_nothing_is_recorded(as_merchant, invoices):
    response = send(as_merchant, lines("Invoice 000001;100.00", "2;99.00", "77;100.00", "hello;1", "3;12,5"))
    text = text_of(response)
    assert "1 line pays an open invoice" in text
    assert "Record 1 payment" in text
    assert "4 lines refused" in text
    for reason in (
        "Invoice 000002 is over €100.00.",
        "There is no invoice 000077.",
        "The reference should hold the number of one invoice.",
        "&quot;12,5&quot; is not an amount; write it like 12.50.",
    ):
        assert reason in text
    assert set(Invoice.objects.values_list("status", flat=True)) == {"open"}
    assert payment_files.record_confirmed() == 0


def test_once_confirmed_the_worker_records_what_pays_with_who_and_when(as_merchant, merchant, invoices):
    file = record(as_merchant, lines("Invoice 000001;100.00", "2;99.00", "RF 3\t!;100"))
    assert [invoice.status for invoice in Invoice.objects.order_by("number")] == [
        "paid",
        "open",
        "paid",
        "open",
        "open",
    ]
    first, third = Invoice.objects.filter(status="paid").order_by("number")
    assert (first.paid_on, first.payment_reference, first.settled_by) == (date(2026, 4, 4), "Invoice 000001", merchant)
    assert (third.payment_reference, third.settled_at.date()) == ("RF 3 !", date(2026, 4, 5))
    assert (file.recorded, file.refused, file.lines, file.left) == (2, 1, 3, 0)
    assert (file.confirmed_by, bytes(file.content)) == (merchant, b"")
    text = page_of(as_merchant, file)
    assert "2 payments recorded" in text
    assert "Invoice 000002 is over €100.00." in text
    assert f"{LIST}{file.pk}/confirm/" not in text


def test_the_same_file_again_records_nothing_twice(as_merchant, invoices):
    record(as_merchant, lines("1;100.00"))
    settled = Invoice.objects.get(number=1).settled_at
    text = text_of(send(as_merchant, lines("1;100.00")))
    assert "Invoice 000001 is already paid." in text
    assert "No line pays an open invoice" in text
    again = PaymentFile.objects.first()
    assert confirm(as_merchant, again).status_code == 409
    assert payment_files.record_confirmed() == 0
    assert Invoice.objects.get(number=1).settled_at == settled


def test_two_lines_for_one_invoice_pay_it_once(as_merchant, invoices):
    file = record(as_merchant, lines("1;50.00", "1;100.00", "Invoice 1;100.00"))
    assert refused(file) == [(2, "Invoice 000001 is over €100.00."), (4, "Invoice 000001 is already paid by line 3.")]
    assert file.recorded == 1


def test_what_changes_between_check_and_recording_is_refused_then(as_merchant, invoices):
    send(as_merchant, lines("1;100.00", "2;100.00", "3;100.00"))
    file = PaymentFile.objects.get()
    as_merchant.post(f"/admin/subscriptions/invoice/{invoices[0].pk}/void/")
    as_merchant.post(f"/admin/subscriptions/invoice/{invoices[1].pk}/record-payment/", {"received_on": "2026-04-02"})
    confirm(as_merchant, file)
    assert payment_files.record_confirmed() == 1
    file.refresh_from_db()
    assert refused(file) == [(2, "Invoice 000001 is void."), (3, "Invoice 000002 is already paid.")]
    assert Invoice.objects.get(number=2).paid_on == date(2026, 4, 2)


@pytest.mark.sampled
@pytest.mark.parametrize(
    "content",
    [
        b"reference,amount\r1,100.00\r2,100.00\r",
        b"\r\nReference;AMOUNT\r\n1;100.00\r\n2;100.00\r\n",
        "sep=;\nreference;amount;;\n1;100.00;;\nMüller 2;100;;\n".encode("utf-16"),
        "date\tamount\treference\n1.4.\t100\tMüller 1\n\t100.00\t2\n".encode("windows-1252"),
        "reference,amount\nالفاتورة ٠٠٠٠٠١,100.00\n“００２”,100.00\n",
    ],
)
def test_a_file_is_read_however_a_bank_wrote_it(as_merchant, invoices, content):
    assert record(as_merchant, content).recorded == 2
    assert set(Invoice.objects.filter(status="paid").values_list("number", flat=True)) == {1, 2}


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("3;1_0_0", '"1_0_0" is not an amount; write it like 12.50.'),
        ("3;sNaN", '"sNaN" is not an amount; write it like 12.50.'),
        ("3;1e2", '"1e2" is not an amount; write it like 12.50.'),
        ("3;١٠٠", '"١٠٠" is not an amount; write it like 12.50.'),
        ("3;", "The amount is missing; write it like 12.50."),
        ("hello;100", "The reference should hold the number of one invoice."),
        ("3 4;100", "The reference should hold the number of one invoice."),
        ("1234567890123456789;100", "The reference should hold the number of one invoice."),
        ("999999999999999999;100", "There is no invoice 999999999999999999."),
        ("3\0;100", "The line cannot be read: column 1 has a character that no text can have (NUL)."),
        (
            "3" * 131_073 + ";100",
            "The line cannot be read: a quotation mark is missing or out of place, or a cell has more than 131072 characters.",
        ),
        ('"3;100', "The line cannot be read: a quotation mark is missing or out of place."),
        ("3;100;1", "The line cannot be read: 3 cells; expected 2, as many as the header names."),
    ],
)
def test_every_line_has_a_verdict_and_the_others_are_recorded(as_merchant, invoices, row, reason):
    file = record(as_merchant, lines("1;100.00", row, "2;100.00"))
    assert (file.recorded, refused(file)) == (2, [(3, reason)])


def test_a_long_reference_is_cut(as_merchant, invoices):
    long = "x" * 131_000
    file = record(as_merchant, lines(f"1 {long};100.00", f"{long};{long}"))
    assert len(Invoice.objects.get(number=1).payment_reference) == 100
    payment = file.refused_payments.get()
    assert (len(payment.reference), len(payment.amount)) == (200, 60)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "The submitted file is empty."),
        ("number,total\n1,100.00\n", "it should name these columns: reference, amount."),
        ("reference,amount,Amount\n1,2,3\n", "Columns there more than once: amount."),
        (b"PK\x03\x04", "The file is a workbook or an archive; save it as “CSV UTF-8”."),
        (b"reference,amount\n" + b"\n" * 10 * 1024 * 1024, "The file is larger than 10 MB. Send it in parts."),
    ],
)
def test_a_file_that_cannot_be_read_is_explained(as_merchant, invoices, content, said):
    assert said in text_of(send(as_merchant, content))
    assert not PaymentFile.objects.exists()


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-04-06", "A payment is recorded once it is received: today at the latest."),
        ("2025-03-30", "issued on 1 April 2026; its payment cannot have been received before 31 March 2025."),
        ("0001-01-01", "cannot have been received before 31 March 2025."),
    ],
)
def test_payments_are_received_neither_in_the_future_nor_long_before(as_merchant, invoices, day, said):
    assert said in text_of(send(as_merchant, lines("1;100.00"), received_on=day))
    assert not PaymentFile.objects.filter(refused=0).exists()


def test_refused_lines_are_downloaded_and_no_cell_becomes_a_formula(as_merchant, invoices):
    rows = ("=HYPERLINK(9);100", "+1 2;1", "-x;-5", '"@x";"\t=1"', "＝1＋1;5")
    send(as_merchant, lines(*rows, "1;100.00"))
    response = as_merchant.get(f"{LIST}{PaymentFile.objects.get().pk}/refused/")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response["Content-Disposition"]
    found = list(csv.reader(StringIO(response.content.decode("utf-8-sig"))))
    assert found[0] == ["line", "reference", "amount", "reason"]
    assert [row[:3] for row in found[1:]] == [
        ["2", "'=HYPERLINK(9)", "100"],
        ["3", "'+1 2", "1"],
        ["4", "'-x", "'-5"],
        ["5", "'@x", "'=1"],
        ["6", "'＝1＋1", "5"],
    ]


def test_what_was_refused_can_be_mended_and_sent_in_as_it_was_downloaded(as_merchant, invoices):
    send(as_merchant, lines("1;99.00"))
    text = as_merchant.get(f"{LIST}{PaymentFile.objects.get().pk}/refused/").content.decode()
    assert "1 line pays an open invoice" in text_of(send(as_merchant, text.replace("99.00", "100.00")))


def test_confirming_twice_does_one_thing(as_merchant, merchant, agent, invoices, django_capture_on_commit_callbacks):
    send(as_merchant, lines("1;100.00"))
    file = PaymentFile.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        confirm(as_merchant, file)
        confirm(as_merchant, file)
    file.refresh_from_db()
    assert file.confirmed_by == merchant
    assert [entry.task["func"] for entry in OrmQ.objects.all()] == [payment_files.TASK]
    assert payment_files.record_confirmed() == 1
    text = text_of(confirm(as_merchant, file))
    assert "1 payment recorded" in text
    assert payment_files.record_confirmed() == 0


def test_a_file_is_discarded_until_it_is_confirmed(as_merchant, invoices):
    send(as_merchant, lines("1;100.00", "x;1"), name="wrong.csv")
    wrong = PaymentFile.objects.get()
    text = text_of(as_merchant.post(f"{LIST}{wrong.pk}/discard/", follow=True))
    assert "“wrong.csv” is discarded." in text
    assert not PaymentFile.objects.exists()
    assert "wrong.csv: Discarded" in text_of(as_merchant.get("/admin/who-did-what/"))
    send(as_merchant, lines("1;100.00"))
    right = PaymentFile.objects.get()
    confirm(as_merchant, right)
    text = text_of(as_merchant.post(f"{LIST}{right.pk}/discard/", follow=True))
    assert "is confirmed already, so it stays." in text
    assert payment_files.record_confirmed() == 1


class Killed(BaseException):
    """As abrupt as a signal: no handler of ours sees it."""


def test_a_worker_that_is_killed_leaves_whole_batches_and_the_next_one_goes_on(
    as_merchant, alice, invoices, monkeypatch
):
    started_many(alice, 5)
    monkeypatch.setattr(pacing, "batch_size", lambda: 4)
    send(as_merchant, lines(*(f"{number};100.00" for number in (1, 2, 3, 99, 4, 5, 6, 7, 8, 9, 10))))
    file = PaymentFile.objects.get()
    confirm(as_merchant, file)
    write = bulk.update
    calls = []

    def killed_in_the_second_batch(*args):
        write(*args)
        calls.append(args)
        if len(calls) == 2:
            raise Killed

    monkeypatch.setattr(bulk, "update", killed_in_the_second_batch)
    with pytest.raises(Killed):
        payment_files.record_confirmed()
    assert set(Invoice.objects.filter(status="paid").values_list("number", flat=True)) == {1, 2, 3}
    file.refresh_from_db()
    assert (file.recorded, file.last_line, file.is_finished) == (3, 5, False)
    text = page_of(as_merchant, file)
    assert "3 of 10 payments recorded" in text
    assert '<progress class="pa-progress" max="10" value="3"' in text
    settled = set(Invoice.objects.filter(status="paid").values_list("number", "settled_at"))
    assert payment_files.record_confirmed() == 7
    file.refresh_from_db()
    assert (file.recorded, file.refused, file.is_finished) == (10, 1, True)
    assert settled <= set(Invoice.objects.filter(status="paid").values_list("number", "settled_at"))


def test_a_run_ends_in_time_and_leaves_the_rest_to_the_next_one(as_merchant, invoices, monkeypatch):
    send(as_merchant, lines("1;100.00"))
    confirm(as_merchant, PaymentFile.objects.get())
    monkeypatch.setattr(payment_files, "RUN_SECONDS", 0)
    assert payment_files.record_confirmed() == 0
    assert payment_files.record_confirmed() == 0
    assert [entry.task["func"] for entry in OrmQ.objects.all()] == [payment_files.TASK]
    monkeypatch.undo()
    assert payment_files.record_confirmed() == 1


def test_a_file_that_fails_says_so_and_does_not_stop_the_others(as_merchant, invoices):
    for number in (1, 2):
        send(as_merchant, lines(f"{number};100.00"))
    second, first = PaymentFile.objects.all()
    for file in (first, second):
        confirm(as_merchant, file)
    PaymentFile.objects.filter(pk=first.pk).update(content=b"damaged")
    assert payment_files.record_confirmed() == 1
    assert "another one follows within a minute: FileError" in page_of(as_merchant, first)
    PaymentFile.objects.filter(pk=first.pk).update(content=lines("1;100.00").encode())
    assert payment_files.record_confirmed() == 1
    first.refresh_from_db()
    assert first.error == ""


def test_the_page_says_when_no_worker_runs(as_merchant, invoices):
    Schedule.objects.all().delete()
    assert "No worker has been seen." in text_of(send(as_merchant, lines("1;100.00")))
    file = PaymentFile.objects.get()
    seen = Schedule.objects.create(
        func="x", schedule_type="I", minutes=1, task="1", next_run=timezone.now() - timedelta(minutes=9)
    )
    assert "No worker has been seen since 5 April 2026, " in page_of(as_merchant, file)
    Schedule.objects.filter(pk=seen.pk).update(next_run=timezone.now())
    assert "No worker" not in page_of(as_merchant, file)
    Schedule.objects.all().delete()
    confirm(as_merchant, file)
    assert "No worker has been seen." in page_of(as_merchant, file)
    payment_files.record_confirmed()
    assert "No worker" not in page_of(as_merchant, file)


def test_a_file_of_which_nothing_waits_asks_for_no_worker(as_merchant, invoices):
    Schedule.objects.all().delete()
    assert "No worker" not in text_of(send(as_merchant, lines("1;99.00")))
    send(as_merchant, lines("1;100.00"))
    file = PaymentFile.objects.first()
    confirm(as_merchant, file)
    payment_files.record_confirmed()
    with CaptureQueriesContext(connection) as asked:
        page_of(as_merchant, file)
    assert not any("django_q_schedule" in query["sql"] for query in asked)


def test_the_worker_looks_each_minute_for_what_nobody_woke_it_for(db):
    entry = Schedule.objects.get(name="Record payment files")
    assert (entry.func, entry.schedule_type, entry.minutes) == (payment_files.TASK, Schedule.MINUTES, 1)


def test_the_list_names_each_file_and_what_became_of_it(as_merchant, merchant, invoices):
    for name, row, confirmed in (("a.csv", "1;100", True), ("b.csv", "2;100", True), ("c.csv", "3;100", False)):
        send(as_merchant, lines(row), name=name)
        if confirmed:
            confirm(as_merchant, PaymentFile.objects.first())
        if name == "a.csv":
            payment_files.record_confirmed()
    send(as_merchant, lines("x;1"), name="d.csv")
    text = text_of(as_merchant.get(LIST))
    for shown in ("a.csv", "Recorded", "b.csv", "Being recorded", "c.csv", "Waiting for confirmation", "d.csv"):
        assert shown in text
    assert "Nothing to record" in text
    assert LIST in text_of(as_merchant.get("/admin/"))


def test_support_sees_and_does_nothing_of_it(as_agent, as_merchant, invoices):
    send(as_merchant, lines("1;100.00"))
    file = PaymentFile.objects.get()
    for page in (LIST, f"{LIST}add/", f"{LIST}{file.pk}/change/", f"{LIST}{file.pk}/refused/"):
        assert as_agent.get(page).status_code == 403
    assert send(as_agent, lines("2;100.00")).status_code == 403
    for verb in ("confirm", "discard"):
        assert as_agent.post(f"{LIST}{file.pk}/{verb}/").status_code == 403
    assert LIST not in text_of(as_agent.get("/admin/"))
    assert PaymentFile.objects.get().confirmed_at is None


def test_a_get_confirms_and_discards_nothing(as_merchant, invoices):
    send(as_merchant, lines("1;100.00"))
    file = PaymentFile.objects.get()
    assert as_merchant.get(f"{LIST}{file.pk}/confirm/").status_code == 405
    assert as_merchant.get(f"{LIST}{file.pk}/discard/").status_code == 405
    assert not PaymentFile.objects.get().is_confirmed


@pytest.mark.parametrize("key", ["1", "99999999999999999999"])
def test_a_file_that_is_not_there_is_none(as_merchant, key):
    assert as_merchant.get(f"{LIST}{key}/refused/").status_code == 404
    for verb in ("confirm", "discard"):
        assert as_merchant.post(f"{LIST}{key}/{verb}/").status_code == 404


def test_four_hundred_lines_ask_as_often_as_ten(as_merchant, alice, clock):
    clock(date(2026, 4, 5))
    started_many(alice, 410)

    def queries(numbers):
        with CaptureQueriesContext(connection) as found:
            send(as_merchant, lines(*(f"{number};100.00" for number in numbers), "x;1"))
            confirm(as_merchant, PaymentFile.objects.first())
            payment_files.record_confirmed()
        return len(found)

    few = queries(range(1, 11))
    many = queries(range(11, 411))
    # On SQLite the worker writes in batches of two hundred.
    assert many <= few + 15
    assert Invoice.objects.filter(status="paid").count() == 410


@pytest.mark.parametrize(
    "wrong",
    [{"recorded": 1}, {"refused": 2}, {"finished_at": "2026-04-05T12:00Z"}],
    ids=["recorded", "refused", "finished"],
)
def test_the_database_counts_each_line_once(merchant, wrong):
    file = {"name": "a", "received_on": "2026-04-04", "lines": 1, "sent_by": merchant, "sent_at": timezone.now()}
    PaymentFile.objects.create(**file)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentFile.objects.create(**file | wrong)
