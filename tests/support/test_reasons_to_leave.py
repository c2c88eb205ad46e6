"""Why customers leave is chosen from the merchant's own list, and kept as it was worded."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from products.models import CancellationReason
from support.models import CancellationRequest
from tests.factories import started
from tests.pages import confirm, hidden_inputs

pytestmark = pytest.mark.django_db
LIST = "/admin/products/cancellationreason/"


def reason(code):
    return CancellationReason.objects.get(code=code)


def cancel_page(subscription):
    return f"/subscriptions/{subscription.number}/cancel/"


def offered(client, subscription):
    return [label for _code, label in client.get(cancel_page(subscription)).context["form"].fields["reason"].choices]


@pytest.fixture
def hers(alice):
    return started(alice, date(2026, 3, 20))


def test_an_installation_starts_with_five(as_alice, hers):
    assert offered(as_alice, hers) == [
        "Too expensive", "Switching provider", "No longer needed", "Other", "I’d rather not say",
    ]  # fmt: skip


def test_merchants_reword_reorder_add_and_switch_off(as_merchant, as_alice, hers):
    for code, changed in {
        "other": {"label": "Something else", "asks_for_words": "on", "is_active": "on", "position": "0"},
        "switching": {"label": "Switching provider", "position": "2"},
    }.items():
        page = f"{LIST}{reason(code).pk}/change/"
        assert as_merchant.post(page, changed).status_code == 302
    added = {"label": "Too slow", "asks_for_words": "on", "is_active": "on", "position": "1"}
    assert as_merchant.post(f"{LIST}add/", added).status_code == 302
    assert offered(as_alice, hers) == [
        "Something else", "Too expensive", "Too slow", "No longer needed", "I’d rather not say",
    ]  # fmt: skip
    assert "If you chose “Something else” or “Too slow”, a few words" in as_alice.get(cancel_page(hers)).text
    assert reason("too_slow").history.count() == 1


def test_a_request_keeps_the_words_that_its_customer_read_whatever_becomes_of_them_meanwhile(
    as_alice, as_agent, as_merchant, hers
):
    form = hidden_inputs(as_alice.get(cancel_page(hers))) | {"reason": "too_expensive"}
    CancellationReason.objects.filter(code="too_expensive").update(label="Costs", is_active=False)
    assert as_alice.post(cancel_page(hers), form).status_code == 302
    request = CancellationRequest.objects.get()
    assert (request.reason_id, request.reason_label) == ("too_expensive", "Too expensive")
    for page in (f"/admin/support/ticket/{request.ticket_id}/change/", "/admin/support/ticket/"):
        assert "Too expensive" in as_agent.get(page).text
    found = as_merchant.get("/admin/support/cancellationrequest/?reason__code__exact=too_expensive")
    assert (found.context["cl"].result_count, "Too expensive" in found.text) == (1, True)


def test_nobody_chooses_what_the_page_did_not_offer(as_alice, hers):
    CancellationReason.objects.filter(code="other").update(is_active=False)
    form = hidden_inputs(as_alice.get(cancel_page(hers)))
    for typed in ({"reason": "other"}, {"reason": "other", "worded": "made by hand"}, {"reason": "\0"}):
        answer = as_alice.post(cancel_page(hers), form | typed)
        assert (answer.status_code, "Select a valid choice" in answer.text) == (200, True)
    assert not CancellationRequest.objects.exists()


def test_a_reason_deleted_meanwhile_is_asked_for_again_and_the_message_stays(as_alice, hers):
    form = hidden_inputs(as_alice.get(cancel_page(hers))) | {"reason": "switching", "message": "To the cheaper one."}
    reason("switching").delete()
    answer = as_alice.post(cancel_page(hers), form)
    assert "Select a valid choice" in answer.text
    assert "To the cheaper one." in answer.text


def test_one_in_use_is_never_deleted(as_merchant, as_alice, hers):
    confirm(as_alice, cancel_page(hers), reason="other")
    as_merchant.post(f"{LIST}{reason('other').pk}/delete/", {"post": "yes"})
    assert reason("other")


def test_not_to_say_one_always_stays(as_merchant):
    page = f"{LIST}{reason('not_said').pk}/"
    as_merchant.post(f"{page}change/", {"label": "No comment", "position": "9"})
    assert (reason("not_said").label, reason("not_said").is_active) == ("No comment", True)
    assert as_merchant.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    with pytest.raises(IntegrityError), transaction.atomic():
        CancellationReason.objects.filter(code="not_said").update(is_active=False)


def test_migrating_brings_back_what_must_not_be_missing_and_nothing_else():
    CancellationReason.objects.exclude(code="other").delete()
    call_command("migrate", verbosity=0)
    assert {each.code for each in CancellationReason.objects.all()} == {"other", "not_said"}


@pytest.mark.parametrize(
    ("label", "code"),
    [("Too slow", "too_slow"), ("Too  slow!", "too_slow"), ("太慢", "reason"), ("x" * 100, "x" * 16)],
)
def test_a_code_is_made_of_the_wording(label, code):
    assert CancellationReason.objects.create(label=label).code == code


def test_equal_codes_get_a_number_and_equal_words_are_refused(as_merchant):
    CancellationReason.objects.create(label="Too slow")
    assert CancellationReason.objects.create(label="Too slow!").code == "too_slow_2"
    answer = as_merchant.post(f"{LIST}add/", {"label": "Too\u200b slow", "is_active": "on", "position": "1"})
    assert "already exists" in answer.text


def test_support_reads_them(as_agent):
    assert as_agent.get(LIST).status_code == 200
    assert as_agent.get(f"{LIST}add/").status_code == 403
