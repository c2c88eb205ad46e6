"""The pages of acts on many subscriptions: what they say, by how far an act has come, and what they take."""

import csv
import re
from datetime import date
from io import StringIO
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal_project.exports import files
from portal_project.exports.models import Export
from products.models import Plan
from subscriptions.bulk import running, steering, wording
from subscriptions.bulk.kinds import KINDS
from subscriptions.models import BulkAct, Subscription
from tests.factories import PlanFactory, ProductFactory
from tests.subscriptions.test_bulk_acts import ACTS, LIST, begin, changed, started_many, text_of
from tests.test_system import worker_looks

TODAY = date(2026, 4, 10)
pytestmark = pytest.mark.django_db


@pytest.fixture
def hosting(clock):
    """Its monthly plan; today is 10 April."""
    clock(TODAY)
    return PlanFactory(product=ProductFactory(name="Hosting", max_pause_days=None))


def page_of(client, act):
    return text_of(client.get(f"{ACTS}{act.pk}/change/"))


def heading(page):
    [found] = re.findall(r"<h1[^>]*>(.*?)</h1>", page.split('class="pa', 1)[1], re.DOTALL)
    return " ".join(found.split())


def begun(client, kind="pause", where="all", **typed):
    begin(client, kind, where=where, **typed)
    return BulkAct.objects.latest("pk")


def test_the_page_says_in_words_how_far_it_has_come(as_merchant, hosting, monkeypatch):
    started_many(hosting, 3)
    monkeypatch.setattr(steering, "SOON", 2)
    act = begun(as_merchant)
    assert heading(page_of(as_merchant, act)) == "Pause: being counted"
    running.go_on()
    assert heading(page_of(as_merchant, act)) == "Pause 3 subscriptions?"
    as_merchant.post(f"{ACTS}{act.pk}/confirm/")
    assert heading(page_of(as_merchant, act)) == "Pausing: 0 of 3"
    running.work(act.pk, TODAY, 2)
    assert heading(page_of(as_merchant, act)) == "Pausing: 2 of 3"
    as_merchant.post(f"{ACTS}{act.pk}/stop/")
    assert heading(page_of(as_merchant, act)) == "Pausing: stopped at 2 of 3"
    as_merchant.post(f"{ACTS}{act.pk}/resume/")
    running.go_on()
    assert heading(page_of(as_merchant, act)) == "3 subscriptions paused"
    again = begun(as_merchant)
    running.go_on()
    assert heading(page_of(as_merchant, again)) == "Pause: nothing to do"


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_asked_for_one_and_for_many(kind):
    act = BulkAct(kind=kind, counted_on=TODAY, ready=1)
    one = wording.heading(act)
    act.ready = 1200
    many = wording.heading(act)
    assert " 1 subscription" in one
    assert "1,200 subscriptions" in many
    assert "{}" not in one + many
    act.confirmed_at = act.finished_at = timezone.now()
    act.done = 1
    assert "1 subscription " in wording.heading(act)


def test_stopping_and_going_on_are_told_by_whom(as_merchant, hosting):
    started_many(hosting, 2)
    act = begun(as_merchant)
    as_merchant.post(f"{ACTS}{act.pk}/confirm/")
    running.work(act.pk, TODAY, 1)
    for verb in ("stop", "stop", "resume", "resume"):
        as_merchant.post(f"{ACTS}{act.pk}/{verb}/")
    lines = [line.get_change_message() for line in LogEntry.objects.order_by("pk")]
    assert lines == ["Stopped.", "Went on."]


def test_an_address_of_rows_that_names_no_result_or_page_says_so(as_merchant, hosting):
    started_many(hosting, 1)
    act = begun(as_merchant)
    rows, file = f"{ACTS}{act.pk}/rows/", f"/admin/csv/subscriptions.bulkrow/?act={act.pk}&state=lost"
    page = " ".join(text_of(as_merchant.get(f"{rows}?state=lost")).split())
    assert "The filter “Result” in this address cannot be read, so nothing is shown." in page
    assert "Download CSV" not in page
    assert as_merchant.get(file, follow=True).redirect_chain[-1] == (f"{rows}?state=lost", 302)
    assert not Export.objects.exists()
    page = text_of(as_merchant.get(f"{rows}?after=two"))
    assert "The page in this address cannot be read, so the first one is shown." in page
    assert "Download CSV" in page


def test_who_did_what_tells_an_act_as_it_was_asked(as_merchant, hosting):
    started_many(hosting, 2)
    act = begun(as_merchant, "cancel_now")
    as_merchant.post(f"{ACTS}{act.pk}/confirm/")
    told = text_of(as_merchant.get("/admin/who-did-what/"))
    assert "Bulk act “Cancel 2 subscriptions at once”: Confirmed" in told


def test_before_it_is_confirmed_the_page_says_that_no_worker_runs(as_merchant, hosting):
    started_many(hosting, 1)
    act = begun(as_merchant)
    assert "No worker has been seen" in page_of(as_merchant, act)
    worker_looks()
    assert "No worker has been seen" not in page_of(as_merchant, act)


def test_once_nothing_is_left_for_a_worker_the_page_is_silent_about_it(as_merchant, hosting):
    started_many(hosting, 1)
    act = begun(as_merchant)
    as_merchant.post(f"{ACTS}{act.pk}/confirm/")
    running.go_on()
    assert "No worker has been seen" not in page_of(as_merchant, act)


def test_an_act_that_this_version_does_not_know_is_shown_and_not_confirmed(as_merchant, hosting):
    started_many(hosting, 1)
    act = begun(as_merchant, resumes_on="2026-07-01")
    BulkAct.objects.filter(pk=act.pk).update(kind="give_away")
    page = page_of(as_merchant, act)
    assert "give_away: 1 subscription?" in page
    assert "does not know this act" in page
    assert "/confirm/" not in page
    assert "give_away" in text_of(as_merchant.get(ACTS))
    assert "does not know this act" in text_of(as_merchant.post(f"{ACTS}{act.pk}/confirm/", follow=True))
    act.refresh_from_db()
    assert act.confirmed_at is None
    # Confirmed by a later version that has it.
    BulkAct.objects.filter(pk=act.pk).update(confirmed_at=timezone.now(), confirmed_by=act.began_by)
    assert "give_away: 0 of 1" in page_of(as_merchant, act)
    assert "give_away" in text_of(as_merchant.get("/admin/who-did-what/"))
    running.go_on()
    act.refresh_from_db()
    assert (act.ready, act.failed, act.error) == (1, 0, "")


def test_the_pages_say_how_many_the_list_finds_and_by_what(as_merchant, hosting):
    started_many(hosting, 2)
    started_many(PlanFactory(), 1)
    where = f"all&tab=active&plan__product__id__exact={hosting.product_id}&q=example"
    page = text_of(as_merchant.get(f"{ACTS}add/?{where}"))
    assert "Act on 2 subscriptions" in page
    narrowed = "Active; product: Hosting; search: “example”"
    assert f"All that the list finds: {narrowed}." in page
    assert narrowed in page_of(as_merchant, begun(as_merchant, where=where))
    assert "Act on 1 subscription<" in text_of(as_merchant.get(f"{ACTS}add/?keys={Subscription.objects.first().pk}"))


def test_more_than_a_list_counts_are_not_counted(as_merchant, hosting, monkeypatch):
    monkeypatch.setattr("portal_project.common.counting.MOST", 2)
    started_many(hosting, 4)
    assert "Act on 2+ subscriptions" in text_of(as_merchant.get(f"{ACTS}add/?all"))


def test_the_way_back_leads_to_the_list_as_it_was(as_merchant, hosting):
    first, *_others = started_many(hosting, 2)
    chosen = {"action": "act_on_chosen", "_selected_action": [str(first.pk)], "select_across": "0", "index": "0"}
    address = f"{LIST}?tab=active&q=example&after=99999999"
    page = as_merchant.post(address, chosen, follow=True)
    assert page.redirect_chain[-1][0] == f"{ACTS}add/?keys={first.pk}&tab=active&q=example&after=99999999"
    assert f'href="{address.replace("&", "&amp;")}"' in text_of(page)
    # What is chosen stays what it is about.
    begin(as_merchant, "pause", where=page.redirect_chain[-1][0].partition("?")[2])
    assert BulkAct.objects.get().chosen == [first.pk]


@pytest.mark.parametrize("day", ["2026-04-10", "2020-01-01", "2036-04-12", "9999-12-31"])
def test_a_day_on_which_no_pause_can_end_is_refused_by_the_form(as_merchant, hosting, day):
    started_many(hosting, 1)
    page = text_of(begin(as_merchant, "pause", resumes_on=day))
    assert "The pause can end on 11 April 2026 at the earliest, and within ten years." in page
    assert f'value="{day}"' in page
    assert not BulkAct.objects.exists()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"percent": "0"}, "A change of 0 % leaves every price as it is."),
        ({"percent": "-0.00"}, "A change of 0 % leaves every price as it is."),
        ({"percent": "5", "currency": "EUR"}, "A change in percent is for all currencies"),
    ],
)
def test_a_price_that_changes_nothing_or_says_two_things_is_refused_by_the_form(as_merchant, hosting, typed, told):
    started_many(hosting, 1)
    assert told in text_of(begin(as_merchant, "change_price", **typed))
    assert not BulkAct.objects.exists()


def test_a_plan_that_is_not_active_cannot_be_chosen(as_merchant, hosting):
    started_many(hosting, 1)
    old = Plan.objects.create(product=hosting.product, name="Old", amount=5, currency="EUR", is_active=False)
    assert "is not one of the available choices" in text_of(begin(as_merchant, "change_plan", plan=str(old.pk)))
    assert not BulkAct.objects.exists()


def sent(client, **typed):
    return text_of(client.post(f"{ACTS}add/?all", {"token": str(uuid4())} | typed))


def test_whoever_fills_in_one_act_and_chooses_none_is_told_so(as_merchant, hosting):
    started_many(hosting, 1)
    page = sent(as_merchant, **{"change_price-percent": "5"})
    assert "You filled in “Change price” without choosing it. Choose it, if that is what you want." in page
    assert 'value="5"' in page
    assert "Choose one." in sent(as_merchant)
    several = sent(as_merchant, **{"change_price-percent": "5", "pause-resumes_on": "2026-07-01"})
    assert "Choose one." in several
    assert 'value="2026-07-01"' in several
    assert not BulkAct.objects.exists()


def test_what_was_typed_about_another_act_stays_when_the_form_comes_back(as_merchant, hosting):
    started_many(hosting, 1)
    page = sent(as_merchant, kind="change_price", **{"pause-resumes_on": "2026-07-01", "change_price-percent": "0"})
    assert 'value="2026-07-01"' in page
    assert "A change of 0 %" in page


def test_a_chosen_day_is_shown_in_words(as_merchant, hosting):
    started_many(hosting, 1)
    assert "1 July 2026" in page_of(as_merchant, begun(as_merchant, resumes_on="2026-07-01"))


def test_who_discarded_which_act_is_told(as_merchant, hosting):
    started_many(hosting, 2)
    act = begun(as_merchant, "change_price", percent="5")
    as_merchant.post(f"{ACTS}{act.pk}/discard/")
    told = text_of(as_merchant.get("/admin/who-did-what/"))
    assert f"Bulk act {act.pk} (change price): Discarded: “Change the price of 2 subscriptions”" in told
    as_merchant.post(f"{ACTS}{act.pk}/discard/")
    assert LogEntry.objects.count() == 1


def test_one_that_stays_is_not_told_as_discarded(as_merchant, hosting):
    started_many(hosting, 1)
    act = begun(as_merchant)
    as_merchant.post(f"{ACTS}{act.pk}/confirm/")
    as_merchant.post(f"{ACTS}{act.pk}/discard/")
    assert not LogEntry.objects.exists()


def test_discarding_one_of_many_rows_reads_none_of_them(as_merchant, hosting):
    counts = set()
    for count in (1, 30):
        started_many(hosting, count)
        act = begun(as_merchant)
        with CaptureQueriesContext(connection) as queries:
            as_merchant.post(f"{ACTS}{act.pk}/discard/")
        counts.add(len(queries))
        assert not [each for each in queries if each["sql"].startswith("SELECT") and "bulkrow" in each["sql"]]
    assert len(counts) == 1


def test_the_page_of_one_that_somebody_discarded_leads_to_the_list(as_merchant, hosting):
    started_many(hosting, 1)
    act = begun(as_merchant)
    as_merchant.post(f"{ACTS}{act.pk}/discard/")
    for verb in ("confirm", "stop", "resume", "discard"):
        page = as_merchant.post(f"{ACTS}{act.pk}/{verb}/", follow=True)
        assert page.redirect_chain == [(ACTS, 302)], verb
        assert "discarded" in text_of(page)
    for path in ("change", "rows"):
        page = as_merchant.get(f"{ACTS}{act.pk}/{path}/", follow=True)
        assert page.redirect_chain == [(ACTS, 302)], path
        assert "discarded" in text_of(page)


def downloaded(client, **narrowed):
    answer = client.get("/admin/csv/subscriptions.bulkrow/", narrowed)
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(content, newline="")))


def test_results_are_had_as_a_file_in_words(as_merchant, merchant, hosting):
    paused, ended = started_many(hosting, 2)
    with changed(ended) as held:
        held.cancel(TODAY)
    act = begun(as_merchant)
    begun(as_merchant, "cancel_now")
    as_merchant.post(f"{ACTS}{act.pk}/confirm/")
    running.go_on()
    lines = downloaded(as_merchant, act=act.pk)
    assert [list(line.values()) for line in lines] == [
        [ended.number, str(ended.customer.number), ended.customer.name, "Not possible", act.rows.last().reason],
        [paused.number, str(paused.customer.number), paused.customer.name, "Done", ""],
    ]
    assert [line["subscription"] for line in downloaded(as_merchant, act=act.pk, state="done")] == [paused.number]
    assert {(each.taken_by, each.list) for each in Export.objects.all()} == {(merchant, "subscriptions.bulkrow")}
    assert "state=done" in text_of(as_merchant.get(f"{ACTS}{act.pk}/rows/?state=done"))


def test_many_results_are_made_into_a_file_by_the_worker(as_merchant, hosting, monkeypatch):
    monkeypatch.setattr(files, "LONG", 2)
    started_many(hosting, 3)
    act = begun(as_merchant)
    page = as_merchant.get(f"/admin/csv/subscriptions.bulkrow/?act={act.pk}&state=ready")
    assert "made in the background" in text_of(page)
    back = as_merchant.get(page.context["back"])
    assert back.url == f"{ACTS}{act.pk}/rows/?state=ready"
    assert as_merchant.get("/admin/subscriptions/bulkrow/").url == ACTS


def test_support_has_no_file_of_results(as_merchant, as_agent, hosting):
    started_many(hosting, 1)
    act = begun(as_merchant)
    assert as_agent.get(f"/admin/csv/subscriptions.bulkrow/?act={act.pk}").status_code == 403


def test_the_list_has_no_button_that_adds_and_says_how_to_begin(as_merchant, hosting):
    page = text_of(as_merchant.get(ACTS))
    assert "There is none yet." in page
    assert f'href="{ACTS}add/"' not in page
    assert "Bulk acts" in re.search("<title>(.*?)</title>", page, re.DOTALL)[1]
    assert "to view" not in page
    started_many(hosting, 1)
    begun(as_merchant)
    page = text_of(as_merchant.get(ACTS))
    assert "There is none yet." not in page
    assert f'href="{LIST}"' in page


def test_only_a_page_of_what_goes_on_stays_up_to_date_by_itself(as_merchant, hosting):
    started_many(hosting, 1)
    act = begun(as_merchant)
    assert "data-follow" not in page_of(as_merchant, act)
    as_merchant.post(f"{ACTS}{act.pk}/confirm/")
    page = page_of(as_merchant, act)
    assert "follow.js" in page
    assert "Look again" in page
    running.go_on()
    assert "data-follow" not in page_of(as_merchant, act)


def test_the_page_says_in_one_or_in_many_what_was_left_alone(as_merchant, hosting):
    for count, told in ((1, "1 of 2 was left alone. Its row says why."), (2, "2 of 3 were left alone. Their rows say")):
        rows = started_many(hosting, count + 1)
        act = begun(as_merchant, where=f"keys={','.join(str(row.pk) for row in rows)}")
        for row in rows[:count]:
            with changed(row) as held:
                held.cancel(TODAY)
        as_merchant.post(f"{ACTS}{act.pk}/confirm/")
        running.go_on()
        assert told in " ".join(page_of(as_merchant, act).split())


def test_what_another_version_has_counted_is_shown_bare(as_merchant, hosting):
    started_many(hosting, 1)
    act = begun(as_merchant, resumes_on="2026-07-01")
    [group] = act.groups.values()
    groups = {"ready:given_away": group, "refused:given_away": group, "lent:active": group}
    BulkAct.objects.filter(pk=act.pk).update(groups=groups, values={"resumes_on": "July 1st", "gift": "1"})
    page = page_of(as_merchant, act)
    assert "Not possible: given_away" in page
    assert "lent: active" in page
    assert "July 1st" in page


def test_the_form_leads_to_what_is_wrong_in_it(as_merchant, hosting):
    started_many(hosting, 1)
    assert "Please look at “Change price” below." in sent(as_merchant, kind="change_price")
    page = sent(as_merchant)
    assert 'id="id_kind_error"' in page
    assert 'aria-describedby="id_kind_error"' in page
    assert "Please look" not in page
