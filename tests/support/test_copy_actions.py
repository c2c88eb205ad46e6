"""The Customer Portal Actions are copied to other products: chosen, shown, confirmed; in the history like any other change."""

from datetime import date

import pytest
from django.contrib.admin.models import LogEntry

from products.admin.products import ProductAdmin
from products.models import Product
from support.admin.products.copying import COPIED
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, UserFactory, started
from tests.pages import hidden_inputs
from tests.support.test_races import at_once

SETTINGS = {
    "allow_pause": False,
    "allow_cancel": True,
    "allow_plan_change": True,
    "cancellation_mode": "immediate",
    "notice_days": 60,
    "pause_starts": "period_end",
    "resume_rule": "give_back",
    "max_pause_days": 90,
    "max_pauses_per_year": 2,
    "ask_before_alternatives": True,
}


@pytest.fixture
def hosting(db, clock):
    clock(date(2026, 4, 1))
    return ProductFactory(name="Hosting", **SETTINGS)


@pytest.fixture
def mail(db):
    return ProductFactory(name="Mail", tax_rate=9, support_max_percent=10)


def page(product: Product) -> str:
    return f"/admin/products/product/{product.pk}/copy-actions/"


def confirmed(client, source, *targets):
    shown = client.post(page(source), {"to": [target.pk for target in targets]})
    return client.post(page(source), hidden_inputs(shown) | {"to": [target.pk for target in targets]})


def settings_of(product: Product) -> dict[str, object]:
    product.refresh_from_db()
    return {name: getattr(product, name) for name in SETTINGS}


def test_every_setting_among_the_actions_is_copied():
    actions = next(options for name, options in ProductAdmin.fieldsets if name == "Customer Portal Actions")
    assert set(COPIED) == set(SETTINGS) == set(actions["fields"])


def test_the_form_leads_there_and_the_page_asks_which_products(as_merchant, hosting, mail):
    assert page(hosting) in as_merchant.get(f"/admin/products/product/{hosting.pk}/change/").text
    text = as_merchant.get(page(hosting)).text
    assert "Mail (9 settings differ)" in text
    assert f'value="{hosting.pk}"' not in text


def test_the_differences_are_shown_first_with_what_they_mean(as_merchant, hosting, mail, alice):
    started(alice, date(2026, 3, 22), PlanFactory(product=mail))
    before = settings_of(mail)
    text = " ".join(as_merchant.post(page(hosting), {"to": [mail.pk]}).text.split())
    assert "Nothing has happened yet." in text
    assert "Notice period (days)</th> <td>30</td> <td>60</td>" in text
    assert "Allow Subscription Pause</th> <td>on</td> <td>off</td>" in text
    assert "Longest pause (days)</th> <td>none</td> <td>90</td>" in text
    assert "Cancellation mode</th> <td>Request</td> <td>Immediate</td>" in text
    assert "Allow Subscription Cancel" not in text
    assert "On 1 subscription customers will no longer see “Pause Subscription”." in text
    assert settings_of(mail) == before


def test_confirming_copies_these_settings_and_no_others_to_the_chosen_products(as_merchant, hosting, mail):
    other = ProductFactory(name="Other")
    untouched = settings_of(other)
    assert confirmed(as_merchant, hosting, mail).url == f"/admin/products/product/{hosting.pk}/change/"
    assert settings_of(mail) == SETTINGS
    assert (mail.name, mail.tax_rate, mail.support_max_percent) == ("Mail", 9, 10)
    assert settings_of(other) == untouched


def test_the_history_says_who_and_from_where(as_merchant, merchant, hosting, mail):
    confirmed(as_merchant, hosting, mail)
    newest, first = mail.history.all()
    assert (first.notice_days, newest.notice_days, newest.history_user) == (30, 60, merchant)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (merchant, str(mail.pk))
    assert entry.change_message == "Copied the Customer Portal Actions of “Hosting”."


def test_doing_it_twice_changes_nothing_more(as_merchant, hosting, mail):
    shown = as_merchant.post(page(hosting), {"to": [mail.pk]})
    for _ in range(2):
        assert as_merchant.post(page(hosting), hidden_inputs(shown)).status_code == 302
    assert mail.history.count() == 2
    assert LogEntry.objects.count() == 1


def test_what_changed_meanwhile_is_shown_again_and_nothing_is_done(as_merchant, hosting, mail):
    shown = as_merchant.post(page(hosting), {"to": [mail.pk]})
    Product.objects.filter(pk=hosting.pk).update(notice_days=90)
    again = as_merchant.post(page(hosting), hidden_inputs(shown))
    assert "What differs is not what this page had shown." in again.text
    mail.refresh_from_db()
    assert mail.notice_days == 30
    as_merchant.post(page(hosting), hidden_inputs(again))
    mail.refresh_from_db()
    assert mail.notice_days == 90


def test_products_that_are_the_same_already_are_left_alone(as_merchant, hosting, mail):
    same = ProductFactory(name="Same", **SETTINGS)
    assert as_merchant.post(page(hosting), {"to": [same.pk]}).status_code == 302
    assert "Same" not in as_merchant.post(page(hosting), {"to": [same.pk, mail.pk]}).text.partition("<main")[2]
    confirmed(as_merchant, hosting, same, mail)
    assert settings_of(mail) == SETTINGS
    assert same.history.count() == 1


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"to": "abc"},
        {"to": "999999"},
        {"to": "99999999999999999999"},
        {"to": "\0"},
        {"to": "1", "told": "\0"},
        {"to": "x" * 100_000},
    ],
)
def test_what_is_no_choice_is_refused_in_the_form(as_merchant, hosting, mail, sent):
    response = as_merchant.post(page(hosting), sent)
    assert response.status_code == 200
    assert "Show what differs" in response.text
    assert settings_of(hosting) == SETTINGS


def test_a_product_is_not_copied_to_itself(as_merchant, hosting, mail):
    assert "Select a valid choice." in as_merchant.post(page(hosting), {"to": [hosting.pk]}).text


def test_what_was_never_shown_is_not_done(as_merchant, hosting, mail):
    before = settings_of(mail)
    text = as_merchant.post(page(hosting), {"to": [mail.pk], "told": "everything"}).text
    assert "What differs is not what this page had shown." in text
    assert settings_of(mail) == before


def test_only_who_may_change_products_may_copy(client, as_agent, as_alice, hosting, mail):
    for stranger, status in (
        (client, 302),
        (as_alice, 302),
        (as_agent, 403),
        (signed_in(UserFactory(is_staff=True)), 403),
    ):
        assert stranger.get(page(hosting)).status_code == status
        assert stranger.post(page(hosting), {"to": [mail.pk], "told": "x"}).status_code == status
    assert page(hosting) not in as_agent.get(f"/admin/products/product/{hosting.pk}/change/").text


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_copy_at_once_leave_one_change(merchant, hosting, mail):
    def clicking():
        client = signed_in(merchant)
        sent = hidden_inputs(client.post(page(hosting), {"to": [mail.pk]}))
        return lambda: client.post(page(hosting), sent).status_code

    assert at_once(clicking(), clicking(), clicking()) == [302] * 3
    assert settings_of(mail) == SETTINGS
    assert mail.history.count() == 2
    assert LogEntry.objects.count() == 1


def test_where_there_is_no_other_product_the_page_says_so(as_merchant, hosting):
    assert "There is no other product." in as_merchant.get(page(hosting)).text
    assert as_merchant.get("/admin/products/product/999999/copy-actions/").status_code == 404
