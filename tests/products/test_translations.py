"""What a merchant writes in further languages, and who reads what (docs/design.md, Languages)."""

from datetime import date
from html import unescape
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone, translation

from portal_project.accounts.models import Merchant
from portal_project.mail.models import OutgoingMail
from portal_project.mail.rendering import render
from products.models import Alternative, CancellationReason, Plan, Product
from subscriptions.models import Invoice, LinkedService
from support.models import CancellationRequest, SavedReply, Ticket, WindDownDefault, WindDownStep
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, started
from tests.pages import MORE_OF_BUSINESS, confirm, hidden_inputs

TODAY = date(2026, 4, 5)
DUTCH = {"nl": {"name": "Webruimte", "description": "Ruimte voor je site."}}


@pytest.fixture(autouse=True)
def _english_afterwards():
    """Requests leave their language behind, as the next one brings its own."""
    yield
    translation.deactivate()


@pytest.fixture
def hosting(alice, clock):
    clock(TODAY)
    product = ProductFactory(name="Hosting", description="Room for your site.", translations=DUTCH)
    plan = PlanFactory(product=product, translations={"nl": {"name": "Per maand"}})
    return started(alice, date(2026, 3, 20), plan)


@pytest.fixture
def in_dutch(alice):
    alice.language = "nl"
    alice.save()
    return signed_in(alice)


@pytest.fixture
def in_german(alice):
    alice.language = "de"
    alice.save()
    return signed_in(alice)


def text_of(response):
    return response.content.decode()


def sent(product, **texts):
    """What the page of a product sends, for one whose rows stay as they are."""
    empty = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}
    rows = {
        f"{rows}-{name}": value
        for rows in ("plans", "alternatives", "wind_down_defaults")
        for name, value in empty.items()
    }
    settings = {"allow_pause": "on", "allow_cancel": "on"}
    settings |= {"cancellation_mode": "request", "notice_days": 30, "pause_starts": "at_once", "resume_rule": "keep"}
    return rows | settings | {"name": product.name, "tax_rate": "0", "is_active": "on"} | texts


def test_a_customer_reads_them_in_their_language(in_dutch, hosting):
    page = text_of(in_dutch.get(hosting.get_absolute_url()))
    assert "<h1>Webruimte</h1>" in page
    assert "<title>Webruimte (" in page
    assert "<dd>Per maand</dd>" in page
    assert "Ruimte voor je site." in page
    assert "Hosting" not in page
    assert "Webruimte" in text_of(in_dutch.get("/"))


def test_where_the_language_has_none_a_customer_reads_the_first_one_marked_with_its_language(in_german, hosting):
    page = text_of(in_german.get(hosting.get_absolute_url()))
    assert '<h1><span lang="en" dir="auto">Hosting</span></h1>' in page
    assert '<div class="soft" lang="en" dir="auto"><p>Room for your site.</p></div>' in page
    # No markup can be in the title of a page.
    assert "<title>Hosting (" in page


def test_what_is_written_in_the_language_of_the_page_needs_no_mark(as_alice, hosting):
    assert "<h1>Hosting</h1>" in text_of(as_alice.get(hosting.get_absolute_url()))


def test_a_wider_language_will_do(as_alice, hosting, alice):
    with override_settings(LANGUAGES=[("en", "English"), ("nl-be", "Vlaams")]):
        alice.language = "nl-be"
        alice.save()
        page = text_of(as_alice.get(hosting.get_absolute_url()))
    assert '<h1><span lang="nl" dir="auto">Webruimte</span></h1>' in page


def test_the_merchant_may_write_first_in_another_language_than_english(as_alice, in_dutch, hosting, alice):
    """What was given in that one before is not read any more."""
    with override_settings(MERCHANT_LANGUAGE="nl"):
        assert "<h1>Hosting</h1>" in text_of(in_dutch.get(hosting.get_absolute_url()))
        alice.language = "en"
        alice.save()
        assert '<h1><span lang="nl" dir="auto">Hosting</span></h1>' in text_of(as_alice.get(hosting.get_absolute_url()))


def test_a_mail_names_them_in_the_language_of_its_reader(in_dutch, as_merchant, hosting):
    confirm(as_merchant, f"/admin/subscriptions/subscription/{hosting.pk}/pause/")
    mail = OutgoingMail.objects.get(template="subscriptions/paused")
    assert mail.context["product"] == {"own": ["Hosting", "en", {"nl": "Webruimte"}]}
    assert render(mail).subject == "Webruimte is gepauzeerd"
    assert "Webruimte" in render(mail).html
    mail.language = "de"
    assert '<span lang="en" dir="auto">Hosting</span>' in render(mail).html
    assert "Hosting" in render(mail).subject


def test_a_receipt_stays_in_the_language_in_which_it_was_given(in_dutch, hosting, alice):
    confirm(in_dutch, f"{hosting.get_absolute_url()}pause/")
    Product.objects.update(name="Space", translations={"nl": {"name": "Plek"}})
    alice.language = "en"
    alice.save()
    receipt = alice.receipts.get()
    assert receipt.title.startswith("Webruimte: ")
    assert [hosting.number, "Per maand"] == [receipt.facts[0][1][-9:-1], receipt.facts[1][1].partition(",")[0]]
    assert receipt.title in unescape(text_of(signed_in(alice).get(receipt.get_absolute_url())))


def test_an_invoice_names_them_in_the_language_of_who_buys_and_stays_as_it_is(hosting, alice, clock):
    first = hosting.invoices.get()
    assert (first.lines[0]["product"], first.lines[0]["plan"]) == ("Hosting", "Monthly")
    alice.language = "nl"
    alice.save()
    clock(date(2026, 4, 20))
    call_command("apply_due")
    second = Invoice.objects.exclude(pk=first.pk).get()
    assert (second.lines[0]["product"], second.lines[0]["plan"]) == ("Webruimte", "Per maand")
    Product.objects.update(translations={})
    assert "Webruimte, Per maand" in text_of(signed_in(alice).get(second.get_absolute_url()))


def test_the_history_tells_a_change_of_plan_in_the_language_of_whoever_reads(in_dutch, as_merchant, hosting, alice):
    other = PlanFactory(
        product=hosting.product, name="Yearly", interval="year", translations={"nl": {"name": "Per jaar"}}
    )
    agree = f"/admin/subscriptions/subscription/{hosting.pk}/change-plan/"
    shown = as_merchant.post(agree, {"plan": other.pk, "preview": "1"})
    as_merchant.post(agree, hidden_inputs(shown) | {"plan": other.pk})
    page = text_of(in_dutch.get(hosting.get_absolute_url()))
    assert "Webruimte · Per jaar, " in page
    assert "Hosting" not in page
    mail = OutgoingMail.objects.get(template="subscriptions/plan_chosen")
    assert "Webruimte · Per jaar, " in render(mail).text
    alice.language = "en"
    alice.save()
    assert "Hosting · Yearly, " in text_of(signed_in(alice).get(hosting.get_absolute_url()))


def test_staff_read_the_first_one_whatever_they_chose(as_merchant, merchant, hosting):
    merchant.language = "nl"
    merchant.save()
    for address in (
        "subscriptions/subscription/",
        f"subscriptions/subscription/{hosting.pk}/change/",
        "products/product/",
    ):
        page = text_of(as_merchant.get(f"/admin/{address}"))
        assert "Hosting" in page
        assert "Webruimte" not in page


def test_a_merchant_writes_them_on_the_page_of_the_product_and_the_history_has_them(as_merchant):
    product = ProductFactory(name="Hosting", description="Room.")
    page = f"/admin/products/product/{product.pk}/change/"
    assert 'name="translations_nl_name"' in text_of(as_merchant.get(page))
    typed = {
        "translations_nl_name": " Web\u200bruimte ",
        "translations_nl_description": "Een.\r\nTwee.",
        "description": "Room.",
    }
    assert as_merchant.post(page, sent(product, **typed)).status_code == 302
    product.refresh_from_db()
    assert product.translations == {"nl": {"name": "Webruimte", "description": "Een.\nTwee."}}
    assert product.history.latest().translations == product.translations
    # Without its fields nothing is taken away; emptied, it is.
    assert as_merchant.post(page, sent(product, description="Room.")).status_code == 302
    product.refresh_from_db()
    assert product.translations["nl"]["name"] == "Webruimte"
    assert as_merchant.post(page, sent(product, description="Room.") | dict.fromkeys(typed, "")).status_code == 302
    product.refresh_from_db()
    assert product.translations == {}


def test_a_plan_has_them_on_its_own_page(as_merchant):
    plan = PlanFactory()
    page = f"/admin/products/plan/{plan.pk}/change/"
    typed = {"product": plan.product.pk, "name": "Monthly", "amount": "100", "currency": "EUR", "interval": "month"}
    more = {"interval_count": 1, "trial_days": 0, "is_active": "on", "translations_nl_name": "Per maand"}
    assert as_merchant.post(page, typed | more).status_code == 302
    assert Plan.objects.get().translations == {"nl": {"name": "Per maand"}}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"translations_nl_name": "a" * 101}, "Nederlands, Name: Ensure this value has at most 100 characters"),
        ({"translations_nl_name": "a\0b"}, "Nederlands, Name: Null characters are not allowed."),
        ({"translations_nl_description": "a" * 100_000}, "Nederlands, Description: Ensure this value has at most 1000"),
        ({"translations_nl_description": "Ruimte."}, "First write the description itself"),
    ],
)
def test_each_is_checked_as_the_first_one_is(as_merchant, typed, said):
    product = ProductFactory()
    response = as_merchant.post(f"/admin/products/product/{product.pk}/change/", sent(product) | typed)
    assert response.status_code == 200
    page = unescape(text_of(response))
    assert said in page
    assert '<details class="pa-translations" open>' in page
    product.refresh_from_db()
    assert product.translations == {}


def test_what_no_form_has_asked_for_is_kept_as_its_column_would_keep_it(db):
    """Such as what sample data brings, or a language that is not installed at present."""
    product = ProductFactory(
        translations={"nl": {"name": " Cafe\u0301\u200b ", "description": ""}, "xx": {"name": "\u200b"}}
    )
    product.refresh_from_db()
    assert product.translations == {"nl": {"name": "Café"}}


def test_what_is_there_in_a_language_that_is_not_installed_stays(as_merchant):
    product = ProductFactory(translations={"fy": {"name": "Romte"}})
    typed = {"translations_nl_name": "Ruimte"}
    assert as_merchant.post(f"/admin/products/product/{product.pk}/change/", sent(product, **typed)).status_code == 302
    product.refresh_from_db()
    assert product.translations == {"fy": {"name": "Romte"}, "nl": {"name": "Ruimte"}}


def test_a_fourth_language_is_a_field_more_and_no_migration(as_merchant, as_alice, hosting, alice):
    with override_settings(LANGUAGES=[("en", "English"), ("nl", "Nederlands"), ("de", "Deutsch"), ("fr", "Français")]):
        page = f"/admin/products/product/{hosting.product.pk}/change/"
        assert 'name="translations_fr_name"' in text_of(as_merchant.get(page))
        plans = {"plans-TOTAL_FORMS": 0, "plans-INITIAL_FORMS": 0}
        typed = {"translations_nl_name": "Webruimte", "translations_fr_name": "Hébergement"}
        assert as_merchant.post(page, sent(hosting.product, **typed) | plans).status_code == 302
        alice.language = "fr"
        alice.save()
        assert "<h1>Hébergement</h1>" in text_of(as_alice.get(hosting.get_absolute_url()))


def test_support_reads_them_in_words(as_agent, hosting):
    reason = CancellationReason.objects.get(code="other")
    reason.translations = {"nl": {"label": "Anders"}}
    reason.save()
    for row in (reason, hosting.product, hosting.plan):
        row.save()
        place = f"/admin/products/{row._meta.model_name}/{row.pk}"
        # The newest one, though a reason may have been made on a later day than the test has.
        for address in ("change", f"history/{row.history.latest('history_id').pk}"):
            page = unescape(text_of(as_agent.get(f"{place}/{address}/")))
            assert 'Nederlands: <span lang="nl" dir="auto">' in page
    assert "Per maand" in page


def test_a_reason_to_leave_is_read_in_each_language_and_a_request_keeps_it_in_all(
    as_merchant, in_dutch, hosting, alice
):
    reason = CancellationReason.objects.get(code="not_needed")
    page = f"/admin/products/cancellationreason/{reason.pk}/change/"
    typed = {"label": "All done", "position": 3, "is_active": "on", "translations_nl_label": "Alles af"}
    assert as_merchant.post(page, typed).status_code == 302
    cancel = f"{hosting.get_absolute_url()}cancel/"
    opened = in_dutch.get(cancel)
    assert "<span>Alles af</span>" in text_of(opened)
    # What the page had said counts, whatever the merchant makes of it meanwhile.
    assert as_merchant.post(page, typed | {"label": "Over", "translations_nl_label": "Over"}).status_code == 302
    in_dutch.post(cancel, hidden_inputs(opened) | {"reason": "not_needed", "message": ""})
    request = CancellationRequest.objects.get()
    assert (request.reason_label, request.reason_others) == ("All done", {"nl": "Alles af"})
    assert ["Reden", "Alles af"] in alice.receipts.get().facts
    ticket = request.ticket.get_absolute_url()
    assert "<dd>Alles af</dd>" in text_of(in_dutch.get(ticket))
    alice.language = "de"
    alice.save()
    assert '<dd><span lang="en" dir="auto">All done</span></dd>' in text_of(signed_in(alice).get(ticket))
    assert "All done" in text_of(as_merchant.get(f"/admin/support/ticket/{request.ticket.pk}/change/"))


def test_a_reason_that_an_installation_starts_with_is_in_the_words_of_the_portal_where_the_merchant_has_none(
    in_german, in_dutch, hosting, alice
):
    CancellationReason.objects.filter(code="other").update(translations={"de": {"label": "Etwas anderes"}})
    words = {}
    for language in ("de", "nl"):
        alice.language = language
        alice.save()
        words[language] = text_of(signed_in(alice).get(f"{hosting.get_absolute_url()}cancel/"))
    assert "<span>Etwas anderes</span>" in words["de"]
    assert "<span>Anders</span>" in words["nl"]


def test_staff_read_the_reason_of_a_request_in_the_language_of_their_mails(in_dutch, agent, hosting):
    CancellationReason.objects.filter(code="other").update(
        label="Else", translations={"de": {"label": "Etwas anderes"}}
    )
    agent.language = "de"
    agent.save()
    confirm(in_dutch, f"{hosting.get_absolute_url()}cancel/", reason="other", message="")
    assert "Etwas anderes" in render(OutgoingMail.objects.get(template="support/staff_request")).text


def test_the_text_of_an_alternative_is_read_in_each_language(as_merchant, in_dutch, hosting, alice):
    Merchant.objects.update(comparison_percent=0)
    product = hosting.product
    page = f"/admin/products/product/{product.pk}/change/"
    row = {"kind": "talk", "is_active": "on", "text": "Call us.", "from_months": 0, "position": 0}
    rows = {f"alternatives-0-{name}": value for name, value in row.items()} | {"alternatives-TOTAL_FORMS": 1}
    typed = sent(product, description=product.description) | rows
    assert (
        as_merchant.post(page, typed | {"alternatives-0-translations_nl_text": "Bel ons.\r\nGraag!"}).status_code == 302
    )
    assert Alternative.objects.get().translations == {"nl": {"text": "Bel ons.\nGraag!"}}
    cancel = f"{hosting.get_absolute_url()}cancel/"
    assert '<div lang="nl" dir="auto"><p>Bel ons.<br>Graag!</p></div>' in text_of(in_dutch.get(cancel))
    alice.language = "de"
    alice.save()
    assert '<div lang="en" dir="auto"><p>Call us.</p></div>' in text_of(signed_in(alice).get(cancel))


def test_an_alternative_of_another_kind_has_no_text_in_any_language(as_merchant):
    product = ProductFactory()
    row = {
        "kind": "pause",
        "is_active": "on",
        "text": "",
        "from_months": 0,
        "position": 0,
        "translations_nl_text": "Bel.",
    }
    rows = {f"alternatives-0-{name}": value for name, value in row.items()} | {"alternatives-TOTAL_FORMS": 1}
    page = as_merchant.post(f"/admin/products/product/{product.pk}/change/", sent(product) | rows)
    assert page.status_code == 200
    assert "First write the text itself" in unescape(text_of(page))


def test_a_step_of_the_wind_down_is_read_in_each_language_also_when_it_was_planned_before(
    as_merchant, in_dutch, hosting, alice, clock
):
    product = hosting.product
    service = LinkedService.objects.create(subscription=hosting, kind="hosting", name="alice.example")
    row = {"kind": "hosting", "what": "Delete all", "days": 0, "side": "before", "translations_nl_what": "Alles wissen"}
    rows = {f"wind_down_defaults-0-{name}": value for name, value in row.items()}
    typed = sent(product, description=product.description) | rows | {"wind_down_defaults-TOTAL_FORMS": 1}
    assert as_merchant.post(f"/admin/products/product/{product.pk}/change/", typed).status_code == 302
    confirm(in_dutch, f"{hosting.get_absolute_url()}cancel/", reason="other", message="")
    WindDownDefault.objects.update(what="Else", translations={})
    step = service.wind_down_steps.get(task="planned")
    assert (step.what, step.others) == ("Delete all", {"nl": "Alles wissen"})
    assert "Delete all" in text_of(as_merchant.get(f"/admin/subscriptions/subscription/{hosting.pk}/change/"))
    WindDownStep.objects.filter(pk=step.pk).update(done_at=timezone.now(), can_be_undone=False)
    assert "Alles wissen: gedaan op 5 april 2026" in text_of(in_dutch.get(hosting.get_absolute_url()))
    confirm(in_dutch, f"{hosting.get_absolute_url()}withdraw/")
    assert any("Alles wissen" in point for point in alice.receipts.first().points)


def test_an_invoice_says_how_to_pay_in_the_language_of_who_buys(as_merchant, alice, bob, clock):
    clock(TODAY)
    typed = {"name": "Acme", "accent_color": "#0f766e", "payment_days": 14, "payment_instructions": "To account 1."}
    more = MORE_OF_BUSINESS | {"translations_nl_payment_instructions": "Naar rekening 1."}
    assert as_merchant.post("/admin/accounts/merchant/1/change/", typed | more).status_code == 302
    alice.language = "nl"
    alice.save()
    plan = PlanFactory()
    told = [started(person, TODAY, plan).invoices.get().payment_instructions for person in (alice, bob)]
    assert told == ["Naar rekening 1.", "To account 1."]


def test_a_saved_reply_is_put_in_in_the_language_of_the_customer(as_merchant, as_agent, in_dutch, hosting, alice):
    typed = {
        "title": "Ends",
        "body": "{product} ends on {end_date}.",
        "translations_nl_body": "{product} eindigt op {end_date}.",
    }
    assert as_merchant.post("/admin/support/savedreply/add/", typed).status_code == 302
    odd = typed | {"title": "Odd", "translations_nl_body": "{produkt} eindigt."}
    assert "There is no {produkt}." in unescape(text_of(as_merchant.post("/admin/support/savedreply/add/", odd)))
    confirm(in_dutch, f"{hosting.get_absolute_url()}cancel/", reason="other", message="")
    ticket, saved = Ticket.objects.get(), SavedReply.objects.get()
    asked = {"insert": "1", "saved": saved.pk, "token": uuid4(), "sends_mail": "on"}
    page = as_agent.post(f"/admin/support/ticket/{ticket.pk}/reply/", asked)
    assert "Webruimte eindigt op 5 mei 2026." in text_of(page)
    alice.language = "de"
    alice.save()
    page = as_agent.post(f"/admin/support/ticket/{ticket.pk}/reply/", asked)
    assert "Hosting ends on 5 May 2026." in text_of(page)


def test_what_a_customer_wrote_is_marked_with_its_language_in_the_mail_about_it(in_dutch, agent, hosting):
    typed = {"type": "general", "subject": "Vraag", "body": "Waar is het?", "subscription": hosting.number}
    confirm(in_dutch, "/support/new/", **typed)
    mail = OutgoingMail.objects.get(template="support/staff_message")
    assert '<blockquote lang="nl" dir="auto"><p>Waar is het?</p></blockquote>' in render(mail).html


def test_the_history_of_a_product_says_which_text_in_which_language_was_changed(as_merchant):
    product = ProductFactory(description="Room.", translations={"nl": {"name": "Ruimte", "description": "Plek."}})
    page = f"/admin/products/product/{product.pk}"
    typed = {
        "translations_nl_name": "<Plaats>",
        "translations_nl_description": "Plek.",
        "translations_de_name": "Platz",
    }
    assert as_merchant.post(f"{page}/change/", sent(product, description="Room.") | typed).status_code == 302
    told = " ".join(text_of(as_merchant.get(f"{page}/history/")).split())
    assert "Name (Deutsch)" in told
    assert "Name (Nederlands)" in told
    assert "&lt;Plaats&gt;" in told
    assert "Description (" not in told
