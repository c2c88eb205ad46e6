"""What is to be done about linked services when a subscription ends, and undone when it goes on."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subscriptions.lifecycle import due
from subscriptions.models import LinkedService
from support.jobs import follow_up
from support.models import Ticket, WindDownDefault, WindDownStep
from support.wind_down.losses import losses
from support.wind_down.marking import mark
from tests.factories import PlanFactory, ProductFactory, started
from tests.pages import confirm

TODAY = date(2026, 4, 5)
END = date(2026, 5, 5)


@pytest.fixture
def hosting(alice, clock):
    clock(TODAY)
    return started(alice, date(2026, 3, 20), PlanFactory(product=ProductFactory(notice_days=30)))


@pytest.fixture
def domain(hosting):
    return LinkedService.objects.create(subscription=hosting, name="example.org", renews_on=date(2026, 12, 8))


def default(subscription, kind="domain", what="Export the zone", days=0, side="after", **more):
    return WindDownDefault.objects.create(
        product=subscription.plan.product, kind=kind, what=what, days=days, side=side, **more
    )


def cancel(client, subscription):
    return confirm(client, f"{subscription.get_absolute_url()}cancel/", reason="other", message="")


def withdraw(client, subscription):
    return confirm(client, f"{subscription.get_absolute_url()}withdraw/")


def steps():
    """What there is to do, in the order of the day by which, with who has done it."""
    return [
        (step.what, step.due_on, step.done_by and step.done_by.name)
        for step in WindDownStep.objects.filter(is_over=False).order_by("due_on", "pk")
    ]


def done(what, agent, on):
    step = WindDownStep.objects.get(what=what, done_at=None)
    marked = mark([step.pk], is_done=True, by=agent, today=on)
    assert (marked.count, marked.refusals) == (1, [])


def test_a_request_makes_the_steps_of_its_product_counted_from_its_end(as_alice, hosting, domain):
    default(hosting, days=7, side="before")
    default(hosting, what="Delete the zone", days=14)
    default(hosting, kind="mailbox", what="Delete the mailbox")
    cancel(as_alice, hosting)
    assert steps() == [
        ("Export the zone", date(2026, 4, 28), None),
        ("Switch auto-renew off", END, None),
        ("Delete the zone", date(2026, 5, 19), None),
    ]


def test_nothing_is_due_after_the_services_own_renewal(as_alice, hosting, domain):
    domain.renews_on = date(2026, 4, 20)
    domain.save()
    default(hosting, days=14)
    cancel(as_alice, hosting)
    assert [day for _what, day, _by in steps()] == [date(2026, 4, 20)] * 2


def test_what_should_have_been_done_before_today_is_due_today(as_alice, hosting, domain):
    default(hosting, days=90, side="before")
    cancel(as_alice, hosting)
    assert steps()[0] == ("Export the zone", TODAY, None)


def test_a_renewal_that_is_past_holds_nothing_up(as_alice, hosting, domain):
    domain.renews_on = date(2026, 4, 4)
    domain.save()
    cancel(as_alice, hosting)
    assert steps() == [("Switch auto-renew off", END, None)]


def test_what_does_not_renew_by_itself_has_nothing_to_be_switched_off(as_alice, hosting, domain):
    LinkedService.objects.update(auto_renew=False)
    cancel(as_alice, hosting)
    assert steps() == []


def test_an_end_without_a_request_makes_steps_too(as_alice, alice, clock):
    clock(TODAY)
    at_once = started(alice, date(2026, 3, 20), cancellation_mode="immediate")
    LinkedService.objects.create(subscription=at_once, name="example.org")
    confirm(as_alice, f"{at_once.get_absolute_url()}cancel/")
    assert steps() == [("Switch auto-renew off", TODAY, None)]
    assert not Ticket.objects.exists()


def test_an_earlier_end_moves_what_is_not_done(as_alice, as_agent, agent, hosting, domain):
    default(hosting, days=7)
    cancel(as_alice, hosting)
    done("Switch auto-renew off", agent, TODAY)
    confirm(as_agent, f"/admin/subscriptions/subscription/{hosting.pk}/cancel-now/")
    assert (
        steps() == [("Switch auto-renew off", END, "Sam Support"), ("Export the zone", date(2026, 4, 12), None)][::-1]
    )


def test_the_job_makes_no_step_twice(as_alice, hosting, domain, clock):
    default(hosting)
    cancel(as_alice, hosting)
    made = steps()
    clock(END)
    due.apply(END)
    follow_up.run(END)
    assert steps() == made


def test_withdrawing_drops_what_is_not_done_and_asks_to_undo_what_is(as_alice, agent, hosting, domain):
    default(hosting)
    cancel(as_alice, hosting)
    done("Switch auto-renew off", agent, TODAY)
    withdraw(as_alice, hosting)
    assert steps() == [("Switch auto-renew on again", TODAY, None), ("Switch auto-renew off", END, "Sam Support")]
    done("Switch auto-renew on again", agent, TODAY)
    assert steps() == [("Switch auto-renew on again", TODAY, "Sam Support")]


def test_who_cancels_again_before_it_was_undone_needs_no_second_step(as_alice, agent, hosting, domain):
    cancel(as_alice, hosting)
    done("Switch auto-renew off", agent, TODAY)
    withdraw(as_alice, hosting)
    cancel(as_alice, hosting)
    assert steps() == [("Switch auto-renew off", END, "Sam Support")]
    withdraw(as_alice, hosting)
    done("Switch auto-renew on again", agent, TODAY)
    cancel(as_alice, hosting)
    assert steps()[1] == ("Switch auto-renew off", END, None)


def test_what_cannot_be_undone_stays_done(as_alice, agent, hosting, domain):
    default(hosting, what="Delete the zone", can_be_undone=False)
    cancel(as_alice, hosting)
    done("Delete the zone", agent, TODAY)
    withdraw(as_alice, hosting)
    assert steps() == [("Delete the zone", END, "Sam Support")]
    cancel(as_alice, hosting)
    assert [what for what, _day, by in steps() if by is None] == ["Switch auto-renew off"]


@pytest.mark.parametrize(
    ("marked_on", "asked_on", "lost"),
    [
        (date(2026, 4, 10), date(2026, 4, 19), ()),
        (date(2026, 4, 10), date(2026, 4, 20), ("example.org lapsed on 20 April 2026 and does not come back.",)),
        # Switched off on the day itself still counts; a day later the renewal had come.
        (date(2026, 4, 20), date(2026, 4, 20), ("example.org lapsed on 20 April 2026 and does not come back.",)),
        (date(2026, 4, 21), date(2026, 4, 22), ()),
        (None, date(2026, 4, 22), ()),
    ],
)
def test_a_service_lapses_where_auto_renew_was_off_in_time(
    as_alice, agent, hosting, domain, clock, marked_on, asked_on, lost
):
    LinkedService.objects.update(renews_on=date(2026, 4, 20))
    cancel(as_alice, hosting)
    if marked_on:
        clock(marked_on)
        done("Switch auto-renew off", agent, marked_on)
    clock(asked_on)
    assert tuple(map(str, losses(hosting, asked_on))) == lost
    withdraw(as_alice, hosting)
    assert len([step for step in steps() if step[0] == "Switch auto-renew on again"]) == (bool(marked_on) and not lost)


def test_a_lapsed_service_that_was_ordered_anew_is_alive(as_alice, agent, hosting, domain, clock):
    LinkedService.objects.update(renews_on=date(2026, 4, 20))
    cancel(as_alice, hosting)
    done("Switch auto-renew off", agent, TODAY)
    clock(date(2026, 4, 22))
    LinkedService.objects.update(renews_on=date(2027, 4, 20))
    assert losses(hosting, date(2026, 4, 22)) == ()


def test_a_step_counts_in_the_day_by_which_to_act(as_alice, agent, hosting, domain, clock):
    cancel(as_alice, hosting)
    assert Ticket.objects.get().act_by == date(2026, 4, 20)
    default(hosting, days=20, side="before")
    follow_up.run(TODAY)
    assert Ticket.objects.get().act_by == date(2026, 4, 15)
    clock(date(2026, 4, 17))
    follow_up.run(date(2026, 4, 17))
    assert Ticket.objects.get().act_by == date(2026, 4, 15)
    done("Export the zone", agent, date(2026, 4, 17))
    assert Ticket.objects.get().act_by == date(2026, 4, 20)


def test_a_step_may_be_marked_as_not_done_after_all(as_alice, agent, hosting, domain):
    cancel(as_alice, hosting)
    done("Switch auto-renew off", agent, TODAY)
    step = WindDownStep.objects.get()
    for _ in range(2):
        assert mark([step.pk], is_done=False, by=agent, today=TODAY).count == 1
        assert steps() == [("Switch auto-renew off", END, None)]


def test_a_step_of_an_end_that_was_withdrawn_is_left_as_it_is(as_alice, agent, merchant, hosting, domain):
    cancel(as_alice, hosting)
    done("Switch auto-renew off", agent, TODAY)
    first = WindDownStep.objects.get()
    withdraw(as_alice, hosting)
    refused = ["example.org: “Switch auto-renew off” belongs to an end that was decided about meanwhile."]
    assert mark([first.pk], is_done=False, by=agent, today=TODAY).refusals == refused
    done("Switch auto-renew on again", agent, TODAY)
    undoing = WindDownStep.objects.get(undoes=first)
    assert mark([undoing.pk], is_done=False, by=agent, today=TODAY).count == 1
    mark([undoing.pk], is_done=True, by=merchant, today=TODAY)
    cancel(as_alice, hosting)
    assert mark([undoing.pk], is_done=False, by=agent, today=TODAY).count == 0
    withdraw(as_alice, hosting)
    gone = mark([0], is_done=True, by=agent, today=TODAY)
    assert gone.refusals == ["What is no longer to be done was dropped meanwhile."]


def test_marking_a_second_time_keeps_who_did_it(as_alice, agent, merchant, hosting, domain):
    cancel(as_alice, hosting)
    done("Switch auto-renew off", agent, TODAY)
    assert mark([WindDownStep.objects.get().pk], is_done=True, by=merchant, today=TODAY).count == 1
    assert steps() == [("Switch auto-renew off", END, "Sam Support")]


def test_what_staff_link_or_change_during_the_notice_is_wound_down_too(as_alice, as_agent, hosting, domain):
    cancel(as_alice, hosting)
    sent = {
        "linked_services-TOTAL_FORMS": 2,
        "linked_services-INITIAL_FORMS": 1,
        "linked_services-0-id": domain.pk,
        "linked_services-0-kind": "domain",
        "linked_services-0-name": "example.org",
        "linked_services-0-auto_renew": "on",
        "linked_services-0-renews_on": "2026-04-20",
        "linked_services-1-kind": "mailbox",
        "linked_services-1-name": "info@example.org",
        "linked_services-1-auto_renew": "on",
    }
    as_agent.post(f"/admin/subscriptions/subscription/{hosting.pk}/change/", sent)
    assert steps() == [("Switch auto-renew off", date(2026, 4, 20), None), ("Switch auto-renew off", END, None)]


def test_a_batch_of_the_job_takes_as_many_statements_for_many_services_as_for_two(as_alice, alice, clock):
    clock(TODAY)
    product = ProductFactory(notice_days=30)
    plan = PlanFactory(product=product)
    WindDownDefault.objects.create(product=product, kind="domain", what="Export the zone")
    counts = []
    # A batch that is large for the database is copied into it, in two statements more.
    for size in (2, 8):
        for n in range(size):
            subscription = started(alice, date(2026, 3, 20), plan)
            LinkedService.objects.create(subscription=subscription, name=f"{n}.example")
            subscription.cancels_on = subscription.due_on = END
            subscription.save()
        with CaptureQueriesContext(connection) as captured:
            due.apply(END, batch=100)
        counts.append(len(captured))
    assert WindDownStep.objects.count() == 20
    assert counts[0] == counts[1]
