"""Every action, through both doors: the page shows the dates and the next bills, and just that happens."""

from dataclasses import dataclass, field
from datetime import date

import pytest
from django.utils.timezone import localdate

from subscriptions.lifecycle import due
from subscriptions.lifecycle.unit_of_work import changing_one
from subscriptions.models import Channel, Invoice, Subscription
from subscriptions.preview.terms import Terms
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, started
from tests.pages import hidden_inputs
from tests.subscriptions.test_pages import cancel, pause

BEGUN, TODAY = date(2026, 3, 20), date(2026, 4, 5)
# What a page says where fewer than three bills follow.
WHY_FEWER = (
    "Nothing is billed while it is paused.",
    "Still billed until then",
    "Nothing more is billed until then.",
    "No further days are billed",
    "and nothing is billed.",
)


def nothing(client, subscription, clock):
    """As it was begun."""


def paused_until(resumes_on, now=TODAY):
    def before(client, subscription, clock):
        pause(client, subscription, resumes_on)
        clock(now)

    return before


def in_notice(now, is_paused=False, resumes_on=""):
    def before(client, subscription, clock):
        if is_paused:
            pause(client, subscription, resumes_on)
        cancel(client, subscription)
        clock(now)

    return before


def with_discount(percent, invoices):
    def before(client, subscription, clock):
        agree(subscription, "grant_discount", percent, invoices)

    return before


def with_plan_change(**plan):
    def before(client, subscription, clock):
        agree(subscription, "change_plan", PlanFactory(product=subscription.product, name="Other", **plan))

    return before


def agree(subscription, verb, *arguments):
    with changing_one(Subscription.objects.filter(pk=subscription.pk), today=localdate(), channel=Channel.ADMIN) as row:
        getattr(row, verb)(localdate(), *arguments)


def both(*acts):
    def before(client, subscription, clock):
        for act in acts:
            act(client, subscription, clock)

    return before


def to_plan(**plan):
    """What is typed to choose a plan that is made for it."""

    def typed(subscription):
        new = PlanFactory(product=subscription.product, name="New", is_open_to_change=True, **plan)
        return {"plan": new.pk}

    return typed


@dataclass(frozen=True)
class Case:
    """An action by its address in the portal, where it has one, and in the admin, what was before, what is typed (the
    subscription may have to be known for it), and the product."""

    portal: str
    admin: str
    before: object = nothing
    typed: object = field(default_factory=dict)
    product: dict = field(default_factory=dict)
    trial_days: int = 0


UNTIL = {"resumes_on": "2026-05-10"}
HALF = {"percent": "50", "invoices": "2"}
GIVE_BACK, AT_END, AT_ONCE = (
    {"resume_rule": "give_back"},
    {"pause_starts": "period_end"},
    {"cancellation_mode": "immediate"},
)
LEAVING = {"reason": "other"}
CASES = {
    "pause": Case("pause", "pause"),
    "pause, to a day": Case("pause", "pause", typed=UNTIL),
    "pause, to a day, days given back": Case("pause", "pause", typed=UNTIL, product=GIVE_BACK),
    "pause, longest": Case("pause", "pause", product={"max_pause_days": 10}),
    "pause at the end": Case("pause", "pause", product=AT_END),
    "pause at the end, to a day": Case("pause", "pause", typed=UNTIL, product=AT_END),
    "pause at the end, to a day, days given back": Case("pause", "pause", typed=UNTIL, product=AT_END | GIVE_BACK),
    "drop": Case("drop-pause", "drop-pause", paused_until(""), product=AT_END),
    "resume in the billed days": Case("resume", "resume", paused_until("", date(2026, 4, 10))),
    "resume after them": Case("resume", "resume", paused_until("", date(2026, 5, 10))),
    "resume on the billing day": Case("resume", "resume", paused_until("", date(2026, 5, 20))),
    "resume, days given back": Case("resume", "resume", paused_until("", date(2026, 5, 10)), product=GIVE_BACK),
    "resume, none to give back": Case(
        "resume", "resume", paused_until("", date(2026, 5, 10)), product=AT_END | GIVE_BACK
    ),
    "redate": Case("resume-date", "resume-date", paused_until("2026-04-20"), UNTIL),
    "redate a scheduled pause": Case(
        "resume-date", "resume-date", paused_until("2026-06-01"), UNTIL, AT_END | GIVE_BACK
    ),
    "redate to none": Case("resume-date", "resume-date", paused_until("2026-05-10"), {"resumes_on": ""}),
    "request": Case("cancel", "request-cancellation", typed=LEAVING),
    "request with a year's notice": Case("cancel", "request-cancellation", typed=LEAVING, product={"notice_days": 365}),
    "request without notice": Case("cancel", "request-cancellation", typed=LEAVING, product={"notice_days": 0}),
    "request in a pause": Case("cancel", "request-cancellation", paused_until("2026-05-10"), LEAVING),
    "request before a pause": Case("cancel", "request-cancellation", paused_until(""), LEAVING, AT_END),
    "request in the trial": Case("cancel", "request-cancellation", typed=LEAVING, trial_days=30),
    "request that ends at once": Case(
        "cancel", "request-cancellation", paused_until("", date(2026, 5, 1)), LEAVING, {"notice_days": 0}
    ),
    "cancel now": Case("cancel", "cancel-now", product=AT_ONCE),
    "cancel now in a pause": Case("cancel", "cancel-now", paused_until("2026-05-10"), product=AT_ONCE),
    "cancel now in the trial": Case("cancel", "cancel-now", product=AT_ONCE, trial_days=30),
    "withdraw": Case("withdraw", "withdraw", in_notice(date(2026, 4, 10))),
    "withdraw from a period that is billed in part": Case("withdraw", "withdraw", in_notice(date(2026, 4, 28))),
    "withdraw in a pause": Case("withdraw", "withdraw", in_notice(date(2026, 4, 28), is_paused=True)),
    "withdraw after the resume date": Case(
        "withdraw", "withdraw", in_notice(date(2026, 4, 28), is_paused=True, resumes_on="2026-04-20")
    ),
    "withdraw in the trial": Case("withdraw", "withdraw", in_notice(date(2026, 4, 10)), trial_days=30),
    "discount": Case("", "discount", typed=HALF),
    "discount on nothing": Case("", "discount", typed={"percent": "100", "invoices": "120"}),
    "discount in the place of another": Case("", "discount", with_discount(10, 5), HALF),
    "discount in the trial": Case("", "discount", typed=HALF, trial_days=30),
    "discount in a pause": Case("", "discount", paused_until("2026-05-10"), HALF),
    "discount in an open pause": Case("", "discount", paused_until(""), HALF),
    "discount before a pause": Case("", "discount", paused_until("2026-05-10"), HALF, AT_END),
    "discount in notice": Case("", "discount", in_notice(date(2026, 4, 10)), HALF),
    "discount in a period that is billed in part": Case("", "discount", in_notice(date(2026, 4, 28)), HALF),
    "discount that another rhythm ends": Case("", "discount", with_plan_change(interval="year"), HALF),
    "discount before another price": Case("", "discount", with_plan_change(amount=40), HALF),
    "plan": Case("plan", "change-plan", typed=to_plan(amount=40)),
    "plan of another rhythm": Case("plan", "change-plan", typed=to_plan(interval="year", amount=900)),
    "plan of another rhythm, with a discount": Case(
        "plan", "change-plan", with_discount(10, 5), to_plan(interval="week", amount=30)
    ),
    "plan in the place of another": Case("plan", "change-plan", with_plan_change(amount=70), to_plan(amount=40)),
    "plan in the trial": Case("plan", "change-plan", typed=to_plan(interval="year", amount=900), trial_days=30),
    "plan in a pause": Case("plan", "change-plan", paused_until("2026-05-10"), to_plan(amount=40)),
    "plan in an open pause": Case("plan", "change-plan", paused_until(""), to_plan(amount=40)),
    "plan before a pause": Case("plan", "change-plan", paused_until("2026-05-10"), to_plan(amount=40), AT_END),
    "plan in notice": Case("", "change-plan", in_notice(date(2026, 4, 10)), to_plan(amount=40)),
    "plan in a period that is billed in part": Case(
        "", "change-plan", in_notice(date(2026, 4, 28)), to_plan(interval="year", amount=900)
    ),
    "drop a plan change": Case("drop-plan-change", "drop-plan-change", with_plan_change(amount=40)),
    "drop a plan change in a pause": Case(
        "drop-plan-change", "drop-plan-change", both(paused_until("2026-05-10"), with_plan_change(interval="year"))
    ),
    "resume to another plan": Case(
        "resume", "resume", both(with_plan_change(amount=40), paused_until("", date(2026, 5, 10)))
    ),
    "withdraw to another plan": Case(
        "withdraw", "withdraw", both(with_plan_change(interval="year"), in_notice(date(2026, 4, 10)))
    ),
}
DOORS = [(name, door) for name, case in CASES.items() for door in ("portal", "admin") if getattr(case, door)]


@pytest.mark.sampled
@pytest.mark.parametrize(("name", "door"), DOORS)
def test_what_the_page_announces_is_what_happens(name, door, as_alice, alice, agent, clock):
    case = CASES[name]
    clock(TODAY)
    plan = PlanFactory(product=ProductFactory(allow_plan_change=True, **case.product), trial_days=case.trial_days)
    subscription = started(alice, BEGUN, plan)
    case.before(as_alice, subscription, clock)
    due.apply(localdate())
    if door == "portal":
        client, url = signed_in(alice), f"/subscriptions/{subscription.number}/{case.portal}/"
    else:
        client, url = signed_in(agent), f"/admin/subscriptions/subscription/{subscription.pk}/{case.admin}/"

    typed = case.typed(subscription) if callable(case.typed) else case.typed
    shown = client.post(url, typed | {"preview": "1"})
    effect = shown.context["form"].effect
    check_page(shown, effect)
    billed_before = {invoice.pk for invoice in billed(subscription)}
    assert client.post(url, hidden_inputs(shown) | typed).status_code == 302

    row = Subscription.objects.get(pk=subscription.pk)
    assert (effect.status, effect.dates) == (row.status, {name: getattr(row, name) for name in effect.dates})
    assert effect.terms == Terms.of(row)
    now = [invoice for invoice in billed(subscription) if invoice.pk not in billed_before]
    assert told(effect.now) == made(now)
    assert told(effect.bills) == made(run_forward(subscription))


def check_page(response, effect):
    """The dates, what is billed at once, and the next three bills stand there; or why there are fewer."""
    page = " ".join(response.content.decode().split())
    for bill in effect.now:
        assert f"Billed today: <strong>{bill.total}</strong>" in page
    for bill in effect.bills:
        assert f"<td>{bill.on.day} {bill.on:%b %Y}</td>" in page
        assert f"{bill.total}</td>" in page
    agreed = {"grant_discount": effect.terms.discount, "change_plan": effect.terms.plan_change}
    assert str(agreed.get(effect.action, "")) in page
    for day in filter(None, (effect.dates[name] for name in ("pauses_on", "resumes_on", "cancels_on", "canceled_on"))):
        assert f"{day.day} {day:%B %Y}" in page
    if len(effect.bills) < 3:
        assert any(sentence in page for sentence in WHY_FEWER)


def run_forward(subscription):
    """Run the job on each day that something is due, until there are three more invoices or nothing is due any more."""
    known = {invoice.pk for invoice in billed(subscription)}
    while True:
        more = [invoice for invoice in billed(subscription) if invoice.pk not in known]
        day = Subscription.objects.get(pk=subscription.pk).due_on
        if len(more) >= 3 or day is None:
            return more
        assert due.apply(day).failed == 0


def billed(subscription):
    return list(Invoice.objects.filter(subscription=subscription).order_by("covers_from"))


def told(bills):
    return [(bill.on, bill.covers_from, bill.covers_to, bill.amount, bill.currency) for bill in bills]


def made(invoices):
    return [(bill.issued_on, bill.covers_from, bill.covers_to, bill.amount, bill.currency) for bill in invoices]
