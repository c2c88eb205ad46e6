"""Wind-down steps where staff meet them, and what the customer reads of them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal_project.common.facts import worded
from portal_project.mail.models import OutgoingMail
from subscriptions.models import LinkedService, Subscription
from support.mails import digest
from support.models import Offer, Ticket, WindDownDefault, WindDownStep
from tests.factories import PlanFactory, ProductFactory, started
from tests.pages import confirm, hidden_inputs, receipt

TODAY = date(2026, 4, 5)
END = date(2026, 5, 5)
TAB = "/admin/support/ticket/?tab=wind_down"
MARK = "/admin/support/ticket/wind-down/"


@pytest.fixture
def hosting(alice, clock):
    clock(TODAY)
    product = ProductFactory(notice_days=30, name="Hosting")
    subscription = started(alice, date(2026, 3, 20), PlanFactory(product=product))
    LinkedService.objects.create(subscription=subscription, name="example.org", reference="D-17")
    WindDownDefault.objects.create(product=product, kind="domain", what="Delete the zone", days=7, can_be_undone=False)
    return subscription


@pytest.fixture
def leaving(as_alice, hosting):
    confirm(as_alice, f"{hosting.get_absolute_url()}cancel/", reason="other", message="")
    hosting.refresh_from_db()
    return hosting


def admin_page(subscription):
    return f"/admin/subscriptions/subscription/{subscription.pk}/"


def text(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def step(what):
    return WindDownStep.objects.get(what=what)


def press(client, url, **button):
    """As a click on the button of that page; what it says afterwards."""
    response = client.post(MARK, {"back": url} | button)
    assert (response.status_code, response.url) == (302, url)
    return text(client, url)


def steps(n, **more):
    """That many more steps, one a day."""
    services = LinkedService.objects.bulk_create(
        LinkedService(subscription=Subscription.objects.first(), name=f"{number}.example") for number in range(n)
    )
    WindDownStep.objects.bulk_create(
        WindDownStep(service=service, task="planned", what="x", made_on=TODAY, due_on=TODAY + timedelta(days=n), **more)
        for n, service in enumerate(services)
    )


def test_a_step_is_done_and_undone_on_its_ticket(as_agent, leaving, agent):
    page = f"/admin/support/ticket/{Ticket.objects.get().pk}/change/"
    shown = text(as_agent, page)
    assert "example.org · Domain · D-17 · cannot be undone" in shown
    assert "Done: 5 Apr 2026, Sam Support" in press(as_agent, page, done=step("Delete the zone").pk)
    assert step("Delete the zone").done_by == agent
    assert "1 step is to be done." in press(as_agent, page, undone=step("Delete the zone").pk)
    assert step("Delete the zone").done_at is None


def test_a_step_is_done_on_the_page_of_a_subscription_that_has_no_ticket(as_alice, as_agent, alice, clock):
    clock(TODAY)
    at_once = started(alice, date(2026, 3, 20), cancellation_mode="immediate")
    LinkedService.objects.create(subscription=at_once, name="example.org")
    confirm(as_alice, f"{at_once.get_absolute_url()}cancel/")
    page = f"{admin_page(at_once)}change/"
    assert page in text(as_agent, TAB)
    assert "Done: 5 Apr 2026, Sam Support" in press(as_agent, page, done=WindDownStep.objects.get().pk)


def test_the_tab_lists_what_is_to_be_done_and_what_was(as_agent, leaving):
    shown = text(as_agent, TAB)
    assert shown.index("Switch auto-renew off") < shown.index("Delete the zone")
    assert "Wind-down <span>2</span>" in shown
    keys = [step(what).pk for what in ("Switch auto-renew off", "Delete the zone")]
    assert "2 steps are done." in press(as_agent, TAB, steps=keys, do="done")
    assert "Nothing is to be wound down." in text(as_agent, TAB)
    done = f"{TAB}&show=done"
    assert text(as_agent, done).count("Sam Support") >= 2
    assert "1 step is to be done." in press(as_agent, done, steps=[keys[0]], do="undone")
    assert WindDownStep.objects.filter(done_at=None).count() == 1


@pytest.mark.parametrize(
    "sent",
    [{}, {"do": "done"}, {"steps": ["x", "0", "9" * 30, "\u0662"], "do": "done"}, {"do": "burn", "steps": ["1"]}],
)
def test_odd_input_marks_nothing(as_agent, leaving, sent):
    assert as_agent.post(MARK, {"back": "https://elsewhere.example/"} | sent).url == TAB
    assert not WindDownStep.objects.filter(done_at__isnull=False).exists()
    assert as_agent.get(MARK).status_code == 302


def test_only_staff_mark_steps(as_alice, leaving):
    as_alice.post(MARK, {"done": WindDownStep.objects.first().pk})
    assert not WindDownStep.objects.filter(done_at__isnull=False).exists()


@pytest.mark.parametrize("show", ["", "&show=done"])
def test_pages_of_the_tab_go_on_where_the_last_one_ended(as_agent, leaving, show):
    at = datetime(2026, 4, 4, tzinfo=UTC) if show else None
    WindDownStep.objects.all().delete()
    steps(70, done_at=at)
    first = as_agent.get(TAB + show)
    second = as_agent.get(TAB + show, {"tab": "wind_down", "show": show[6:], "after": first.context["next"]})
    keys = [row.key for response in (first, second) for row in response.context["rows"]]
    assert (len(keys), len(set(keys)), second.context["next"]) == (70, 70, "")
    for odd in ("x", "2026-99-99.1", "2026-04-05.", "\u0662", "2026-04-05T10:00.7"):
        assert (
            len(
                as_agent.get("/admin/support/ticket/", {"tab": "wind_down", "show": show[6:], "after": odd}).context[
                    "rows"
                ]
            )
            == 50
        )


def test_a_row_costs_no_statement(as_agent, leaving):
    # Whoever comes for the first time is noted.
    as_agent.get(TAB)
    with CaptureQueriesContext(connection) as few:
        as_agent.get(TAB)
    steps(40)
    with CaptureQueriesContext(connection) as many:
        as_agent.get(TAB)
    assert len(few) == len(many)


def test_the_end_warns_of_what_is_not_done_and_does_not_wait_for_it(as_agent, leaving):
    page = f"{admin_page(leaving)}cancel-now/"
    shown = text(as_agent, page)
    assert "Not done yet, and not waited for:" in shown
    assert "example.org: Switch auto-renew off" in shown
    assert confirm(as_agent, page).status_code == 302
    leaving.refresh_from_db()
    assert leaving.status == "canceled"
    assert step("Switch auto-renew off").due_on == TODAY


def test_the_daily_mail_names_overdue_steps(as_agent, agent, leaving, clock):
    clock(date(2026, 5, 6))
    OutgoingMail.objects.all().delete()
    digest.add(date(2026, 5, 6))
    parts = worded(OutgoingMail.objects.get().context["parts"])
    overdue = next(part for part in parts if part["title"] == "Overdue wind-down steps")
    assert [row["text"] for row in overdue["rows"]] == [
        f"5 May 2026: Switch auto-renew off, example.org ({leaving.number})"
    ]


def test_what_cannot_be_undone_is_told_before_withdrawing_and_by_mail(as_alice, as_agent, leaving, clock):
    page = f"{leaving.get_absolute_url()}withdraw/"
    again = "These linked services will renew by themselves again: example.org."
    assert again in text(as_alice, page)
    form = hidden_inputs(as_alice.get(page))
    press(as_agent, TAB, done=step("Delete the zone").pk)
    lost = "example.org: “Delete the zone” was done on 5 April 2026 and cannot be undone."
    # Announced without it, so nothing is done: the page comes again and says it.
    shown = as_alice.post(page, form).content.decode()
    assert f"What does not come back: {lost} (before: none)." in shown
    leaving.refresh_from_db()
    assert leaving.cancels_on == END
    assert lost in text(as_agent, f"{admin_page(leaving)}keep-active/")
    assert lost in receipt(confirm(as_alice, page)).points
    assert "Delete the zone: done on 5 April 2026, for good" in text(as_alice, leaving.get_absolute_url())


def test_an_offer_tells_what_it_does_not_bring_back_before_it_is_accepted(as_alice, as_agent, leaving):
    press(as_agent, TAB, done=step("Delete the zone").pk)
    desk, terms = (
        f"/admin/support/ticket/{Ticket.objects.get().pk}/offer/",
        {"kind": "discount", "percent": "50", "invoices": "3"},
    )
    shown = as_agent.post(desk, hidden_inputs(as_agent.get(desk)) | terms | {"preview": "1"})
    as_agent.post(desk, hidden_inputs(shown) | terms)
    page = Offer.objects.get().get_absolute_url()
    shown = text(as_alice, page)
    assert "example.org: “Delete the zone” was done on 5 April 2026 and cannot be undone." in shown
    assert "These linked services will renew by themselves again: example.org." in shown
    given = receipt(confirm(as_alice, page))
    assert LinkedService.objects.get().auto_renew
    assert not WindDownStep.objects.filter(done_at=None).exists()
    assert "example.org: “Delete the zone” was done on 5 April 2026 and cannot be undone." in given.points


def test_a_service_that_lapsed_is_said_so_on_the_subscriptions_page(as_alice, as_agent, hosting, clock):
    LinkedService.objects.update(renews_on=date(2026, 4, 20))
    confirm(as_alice, f"{hosting.get_absolute_url()}cancel/", reason="other", message="")
    page = hosting.get_absolute_url()
    assert "No longer renews on 20 April 2026, because the subscription ends" in text(as_alice, page)
    press(as_agent, TAB, done=step("Switch auto-renew off").pk)
    clock(date(2026, 4, 21))
    assert "Lapsed on 20 April 2026" in text(as_alice, page)
    shown = text(as_alice, f"{page}withdraw/")
    assert "example.org lapsed on 20 April 2026 and does not come back." in shown
    assert "will renew by themselves again" not in shown


def test_merchants_plan_the_steps_of_a_product_and_support_reads_them(as_merchant, as_agent, hosting):
    product = hosting.plan.product
    page = f"/admin/products/product/{product.pk}/change/"
    shown = as_merchant.get(page).content.decode()
    assert "Delete the zone" in shown
    sent = {
        "name": "Hosting",
        "tax_rate": "0",
        "cancellation_mode": "request",
        "notice_days": "30",
        "pause_starts": "at_once",
        "resume_rule": "keep",
        "plans-TOTAL_FORMS": 0,
        "plans-INITIAL_FORMS": 0,
        "wind_down_defaults-TOTAL_FORMS": 1,
        "wind_down_defaults-INITIAL_FORMS": 0,
        "wind_down_defaults-0-kind": "mailbox",
        "wind_down_defaults-0-what": "Offer\u200b an archive",
        "wind_down_defaults-0-days": "14",
        "wind_down_defaults-0-side": "before",
    }
    inlines = as_merchant.get(page).context["inline_admin_formsets"]
    for inline in inlines:
        sent.setdefault(f"{inline.formset.prefix}-TOTAL_FORMS", 0)
        sent.setdefault(f"{inline.formset.prefix}-INITIAL_FORMS", 0)
    assert as_merchant.post(page, sent).status_code == 302
    planned = WindDownDefault.objects.get(kind="mailbox")
    assert (planned.what, planned.offset, planned.can_be_undone) == ("Offer an archive", -14, False)
    assert "Offer an archive" in text(as_agent, page)
    assert as_agent.post(page, sent).status_code == 403
