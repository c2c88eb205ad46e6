"""The outbox in the admin: what was written to whom, what was not delivered, and sending it again."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal_project.mail.models import OutgoingMail
from tests.conftest import signed_in

LIST = "/admin/mail/outgoingmail/"


def mail(key="message:1:reply", state="failed", **fields):
    context = {"name": "Alice", "subject": "My <b>", "ticket": "T-7KQ4M2", "body": "Look: <script>alert(1)</script>"}
    values = {"recipient": "alice@example.com", "template": "support/reply", "context": context, "attempts": 8}
    return OutgoingMail.objects.create(key=key, state=state, **values | {"error": "550 no such user"} | fields)


def page_of(row):
    return f"{LIST}{row.pk}/change/"


def again(row):
    return f"{LIST}{row.pk}/send-again/"


def test_the_list_says_what_could_not_be_delivered_and_why(as_merchant):
    mail(thread="T-7KQ4M2")
    mail("message:2:reply", "pending", recipient="bob@example.com", error="")
    shown = as_merchant.get(LIST, {"state__exact": "failed"}).content.decode()
    assert "alice@example.com" in shown
    assert "Our answer to “My &lt;b&gt;” (T-7KQ4M2)" in shown
    assert "550 no such user" in shown
    assert "Not delivered" in shown
    assert "bob@example.com" not in shown


def test_the_list_can_show_one_thread(as_merchant):
    row = mail(thread="T-7KQ4M2")
    mail("message:2:reply", recipient="bob@example.com", thread="T-XXXXXX")
    assert f'href="{LIST}?thread__exact=T-7KQ4M2"' in as_merchant.get(page_of(row)).content.decode()
    for query in ({"thread__exact": "T-7KQ4M2"}, {"q": "T-7KQ4M2"}):
        shown = as_merchant.get(LIST, query).content.decode()
        assert "alice@example.com" in shown
        assert "bob@example.com" not in shown


def test_a_longer_list_asks_no_more_queries(as_merchant, django_assert_max_num_queries):
    for n in range(30):
        mail(f"message:{n}:reply")
    # Whoever comes for the first time is noted.
    as_merchant.get(LIST)
    with django_assert_max_num_queries(12):
        as_merchant.get(LIST)


def test_the_page_shows_the_text_as_text(as_merchant):
    shown = as_merchant.get(page_of(mail())).content.decode()
    assert "Look: &lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script>alert(1)" not in shown


def test_what_signs_in_is_shown_to_nobody(client, as_merchant, alice):
    client.post("/accounts/login/code/", {"email": alice.email})
    row = OutgoingMail.objects.get()
    code = row.context["subject"].split()[0]
    for shown in (as_merchant.get(LIST), as_merchant.get(page_of(row))):
        assert code not in shown.content.decode()
        assert "hidden" in shown.content.decode().lower()


def test_one_that_nothing_can_be_made_of_is_shown_all_the_same(as_merchant):
    row = mail(template="gone")
    for shown in (as_merchant.get(LIST), as_merchant.get(page_of(row))):
        assert "is missing" in shown.content.decode()


def test_one_that_failed_can_be_sent_again_from_its_page(as_merchant):
    row = mail()
    assert again(row) in as_merchant.get(page_of(row)).content.decode()
    assert "1 mail is sent again." in as_merchant.post(again(row), follow=True).content.decode()
    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == ("pending", 0, "")
    assert "0 mails are sent again." in as_merchant.post(again(row), follow=True).content.decode()
    assert again(row) not in as_merchant.get(page_of(row)).content.decode()


def test_several_can_be_sent_again_at_once(as_merchant):
    rows = [mail(), mail("message:2:reply"), mail("message:3:reply", "pending")]
    chosen = {"action": "send_again", "_selected_action": [row.pk for row in rows]}
    assert "2 mails are sent again." in as_merchant.post(LIST, chosen, follow=True).content.decode()
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {"pending"}


def test_all_that_the_list_finds_are_sent_again_by_one_statement_and_one_line_in_the_log(as_merchant, merchant):
    rows = [mail(f"message:{each}:reply") for each in range(200)]
    chosen = {"action": "send_again", "_selected_action": [rows[0].pk], "select_across": "1"}
    with CaptureQueriesContext(connection) as queries:
        answer = as_merchant.post(f"{LIST}?state__exact=failed", chosen)
    assert answer.status_code == 302
    told = [query["sql"] for query in queries if "mail_outgoingmail" in query["sql"]]
    assert [sql.split()[0] for sql in told if not sql.startswith("SELECT")] == ["UPDATE"]
    assert max(sql.count(",") for sql in told) < 60, "names each of them"
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {"pending"}
    line = LogEntry.objects.get()
    assert (line.user, line.object_repr, line.object_id, line.change_message) == (
        merchant,
        "200 mails",
        None,
        "Sent again.",
    )


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["agent", "alice"])
def test_whoever_lacks_the_right_sends_nothing_again(role, request):
    client, row = signed_in(request.getfixturevalue(role)), mail()
    assert client.post(again(row)).status_code in (302, 403)
    assert client.get(page_of(row)).status_code in (302, 403)
    row.refresh_from_db()
    assert row.state == "failed"


def test_sending_again_takes_a_click(as_merchant):
    assert as_merchant.get(again(mail())).status_code == 405
