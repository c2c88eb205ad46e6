"""What reminders say, and when there is none: before a trial ends, a long period renews, and a subscription ends."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from portal_project.accounts.models import Merchant
from portal_project.accounts.models.merchant import MOST_DAYS_AHEAD
from portal_project.mail.models import OutgoingMail
from products.models import CancellationMode, Product
from subscriptions.lifecycle import reminders
from subscriptions.models import Subscription
from tests.conftest import signed_in
from tests.factories import PlanFactory, ProductFactory, UserFactory, started
from tests.mail.reading import read
from tests.pages import MORE_OF_BUSINESS, confirm, hidden_inputs

SWITCH_OFF = "Switch these reminders off: http://portal.test/accounts/mails/reminders/"
NAME = "Tom & Jerry’s <Hosting>"


@pytest.fixture(autouse=True)
def _setting(clock, db):
    clock(date(2026, 3, 1))
    Merchant(pk=1, name="Bits & Bytes").save()


def begin(customer, product=None, **plan):
    named = {} if Product.objects.filter(name=NAME).exists() else {"name": NAME}
    return started(customer, date(2026, 3, 1), PlanFactory(product=ProductFactory(**named, **product or {}), **plan))


def page(subscription, action):
    return f"/subscriptions/{subscription.number}/{action}/"


def link(subscription, action):
    return f"http://portal.test{page(subscription, action)}"


def job(clock, day):
    clock(day)
    call_command("apply_due")


def told():
    mails = OutgoingMail.objects.filter(template__startswith="subscriptions/reminder_").order_by("id")
    return [mail.template.removeprefix("subscriptions/reminder_") for mail in mails]


def text_of(kind, subscription):
    rendered = read(f"subscriptions/reminder_{kind}", signed_in(subscription.customer))
    assert NAME in rendered.subject
    assert f"{NAME} ({subscription.number})" in rendered.text
    return rendered.text


def test_before_a_trial_ends(alice, clock):
    trial = begin(alice, trial_days=30)
    job(clock, date(2026, 3, 28))
    text = text_of("trial", trial)
    assert "ends on 31 March 2026.\n\nFrom then on it costs €100.00 / month." in text
    assert "On that day €100.00 is billed for 31 March to 29 April 2026." in text
    assert "discount" not in text
    assert f"- Cancel Subscription: {link(trial, 'cancel')}\n" in text
    assert "pause/" not in text
    assert SWITCH_OFF in text


def agree(client, subscription, action, **typed):
    url = f"/admin/subscriptions/subscription/{subscription.pk}/{action}/"
    shown = client.post(url, typed | {"preview": "1"})
    assert client.post(url, hidden_inputs(shown) | typed).status_code == 302


def test_a_trial_with_another_plan_to_come(alice, as_merchant, clock):
    trial = begin(alice, trial_days=30)
    yearly = PlanFactory(product=trial.product, name="Yearly", amount=900, interval="year")
    agree(as_merchant, trial, "change-plan", plan=yearly.pk)
    job(clock, date(2026, 3, 28))
    text = text_of("trial", trial)
    assert "Its plan then changes to Yearly, €900.00 / year." in text
    assert "On that day €900.00 is billed for 31 March 2026 to 30 March 2027." in text


def test_a_trial_with_a_discount(alice, as_merchant, clock):
    trial = begin(alice, trial_days=30)
    agree(as_merchant, trial, "discount", percent=10, invoices=2)
    job(clock, date(2026, 3, 28))
    text = text_of("trial", trial)
    assert "it costs €100.00 / month. Your discount: 10 % off the next 2 invoices. On that day €90.00 is billed" in text


def test_before_a_long_period_renews(alice, clock):
    yearly = begin(alice, {"notice_days": 10}, interval="year")
    job(clock, date(2027, 2, 15))
    text = text_of("renewal", yearly)
    assert "renews by itself on 1 March 2027.\n\nFrom then on it costs €100.00 / year." in text
    assert "On that day €100.00 is billed for 1 March 2027 to 29 February 2028." in text
    assert f"- Pause Subscription: {link(yearly, 'pause')}\n- Cancel Subscription: {link(yearly, 'cancel')}\n" in text
    assert "notice" not in text
    assert SWITCH_OFF not in text


def test_it_says_that_it_is_late_to_cancel(alice, clock):
    yearly = begin(alice, interval="year")
    job(clock, date(2027, 2, 15))
    text = text_of("renewal", yearly)
    assert "There is a notice period: if you cancel on 15 February 2027, it ends on 17 March 2027, and you are" in text


@pytest.mark.parametrize("mode", CancellationMode.values)
def test_where_canceling_is_not_offered_it_says_how_to_ask(alice, clock, mode):
    yearly = begin(alice, {"allow_pause": False, "allow_cancel": False, "cancellation_mode": mode}, interval="year")
    job(clock, date(2027, 2, 15))
    text = text_of("renewal", yearly)
    assert f"Contact us to cancel: http://portal.test/support/new/?type=cancel&subscription={yearly.number}\n" in text
    assert page(yearly, "cancel") not in text
    assert page(yearly, "pause") not in text
    assert "notice" not in text


@pytest.mark.parametrize(
    ("plan", "renews_on"),
    [
        ({"interval": "month", "interval_count": 6}, date(2026, 9, 1)),
        ({"interval": "week", "interval_count": 26}, date(2026, 8, 30)),
        ({"interval": "day", "interval_count": 182}, date(2026, 8, 30)),
        ({"interval": "year", "interval_count": 2}, date(2028, 3, 1)),
        ({"interval": "month", "interval_count": 5}, None),
        ({"interval": "week", "interval_count": 25}, None),
        ({"interval": "day", "interval_count": 181}, None),
    ],
)
def test_long_is_six_months_or_more(alice, clock, plan, renews_on):
    subscription = begin(alice, **plan)
    ends_on = Subscription.objects.get(pk=subscription.pk).period_end
    job(clock, ends_on - timedelta(days=10))
    assert (told(), renews_on and ends_on) == (["renewal"] if renews_on else [], renews_on)


def test_before_the_promised_end(as_alice, alice, clock):
    monthly = begin(alice)
    clock(date(2026, 3, 10))
    confirm(as_alice, page(monthly, "cancel"), reason="other")
    job(clock, date(2026, 4, 1))
    assert told() == []
    job(clock, date(2026, 4, 2))
    text = text_of("end", monthly)
    assert "ends on 9 April 2026: this is the first day without it." in text
    assert "Nothing more is billed until then." in text
    assert f"- Withdraw cancellation: {link(monthly, 'withdraw')}\n" in text
    assert SWITCH_OFF in text


def test_before_an_end_with_something_left_to_bill(as_alice, alice, clock):
    weekly = begin(alice, interval="week")
    clock(date(2026, 3, 10))
    confirm(as_alice, page(weekly, "cancel"), reason="other")
    job(clock, date(2026, 4, 2))
    assert "this is still billed:\n\n- 5 April 2026: €57.14 for 5 to 8 April 2026\n" in text_of("end", weekly)


def test_a_trial_that_is_to_end_is_reminded_of_the_end_alone(as_alice, alice, clock):
    trial = begin(alice, trial_days=30)
    confirm(as_alice, page(trial, "cancel"), reason="other")
    for day in range(20, 31):
        job(clock, date(2026, 3, day))
    assert told() == ["end"]


def test_none_about_what_was_asked_for_within_these_days(as_alice, alice, clock):
    trial, short = begin(alice, trial_days=5), begin(alice, {"notice_days": 7}, trial_days=3)
    clock(date(2026, 3, 1))
    confirm(as_alice, page(trial, "cancel"), reason="other")
    for day in range(1, 8):
        job(clock, date(2026, 3, day))
    assert told() == []
    assert {Subscription.objects.get(pk=each.pk).status for each in (trial, short)} == {"canceled", "active"}


def test_a_withdrawal_within_these_days_is_not_told_again(as_alice, alice, clock):
    trial = begin(alice, trial_days=30)
    confirm(as_alice, page(trial, "cancel"), reason="other")
    job(clock, date(2026, 3, 24))
    clock(date(2026, 3, 29))
    confirm(signed_in(alice), page(trial, "withdraw"))
    job(clock, date(2026, 3, 30))
    assert told() == ["end"]


def test_a_moved_day_is_told_again(alice, clock):
    trial = begin(alice, trial_days=30)
    job(clock, date(2026, 3, 28))
    Subscription.objects.filter(pk=trial.pk).update(period_end=date(2026, 4, 20), due_on=date(2026, 4, 20))
    job(clock, date(2026, 4, 16))
    assert told() == ["trial"]
    job(clock, date(2026, 4, 17))
    job(clock, date(2026, 4, 18))
    assert told() == ["trial", "trial"]


def everything_soon(customer):
    """Each of the four on 31 March 2026; told of from the 17th, the 24th or the 28th on."""
    trial, yearly, ending, paused = (
        begin(customer, **plan) for plan in ({"trial_days": 30}, {"interval": "year"}, {}, {})
    )
    day = date(2026, 3, 31)
    Subscription.objects.filter(pk=yearly.pk).update(period_end=day, due_on=day)
    Subscription.objects.filter(pk=ending.pk).update(cancels_on=day, due_on=day)
    Subscription.objects.filter(pk=paused.pk).update(
        status="paused", paused_on=date(2026, 3, 5), resumes_on=day, due_on=day
    )
    return trial, yearly, ending, paused


def test_all_are_told_in_one_run_and_once(alice, clock):
    everything_soon(alice)
    for day in (28, 28, 29, 30):
        job(clock, date(2026, 3, day))
    assert told() == ["trial", "renewal", "end", "resume"]


@pytest.mark.parametrize("kind", ["trial", "renewal", "end", "resume"])
def test_zero_days_switch_one_off_and_leave_the_others(alice, clock, kind):
    everything_soon(alice)
    Merchant.objects.update(**{f"{kind}_reminder_days": 0})
    job(clock, date(2026, 3, 28))
    assert told() == [each for each in ["trial", "renewal", "end", "resume"] if each != kind]


def test_a_customer_switches_off_all_but_the_renewal(as_alice, alice, clock):
    everything_soon(alice)
    as_alice.post("/accounts/mails/", {"wants_status_mails": "on"})
    job(clock, date(2026, 3, 28))
    assert told() == ["renewal"]
    signed_in(alice).post("/accounts/mails/", {"wants_reminders": "on"})
    job(clock, date(2026, 3, 29))
    assert told() == ["renewal", "trial", "end", "resume"]


@pytest.mark.parametrize("kind", ["trial", "renewal", "end", "resume"])
def test_the_merchant_sets_the_days(alice, clock, kind):
    everything_soon(alice)
    others = {f"{each}_reminder_days": 0 for each in ("trial", "renewal", "end", "resume")}
    Merchant.objects.update(**others | {f"{kind}_reminder_days": 20})
    job(clock, date(2026, 3, 10))
    assert told() == []
    job(clock, date(2026, 3, 11))
    assert told() == [kind]


def test_the_business_page_takes_zero_to_sixty_days(as_merchant):
    names = [f"{kind}_reminder_days" for kind in ("trial", "renewal", "end", "resume")]
    url = "/admin/accounts/merchant/1/change/"
    typed = {"name": "Bits & Bytes", "accent_color": "#0f766e", "payment_days": 14} | MORE_OF_BUSINESS
    typed |= dict.fromkeys(names, 60)
    assert as_merchant.post(url, typed | {names[1]: 0}).status_code == 302
    saved = Merchant.load()
    assert [getattr(saved, name) for name in names] == [60, 0, 60, 60]
    for wrong in ("61", "-1", "", "3.5", "soon", "\0", "\u200b3", "9" * 100_000):
        answer = as_merchant.post(url, typed | {names[2]: wrong})
        assert answer.status_code == 200, wrong
        assert answer.context["adminform"].form.errors.keys() == {names[2]}
    with pytest.raises(ValidationError):
        Merchant(pk=1, end_reminder_days=MOST_DAYS_AHEAD + 1).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        Merchant.objects.update(end_reminder_days=MOST_DAYS_AHEAD + 1)


def test_fifty_ask_no_more_queries_than_five(clock, django_assert_num_queries):
    for count in (5, 45):
        for _ in range(count):
            everything_soon(UserFactory())
        OutgoingMail.objects.all().delete()
        with django_assert_num_queries(29):
            reminders.add(date(2026, 3, 28))
    assert len(told()) == 200


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_once(clock):
    for _ in range(3):
        everything_soon(UserFactory())
    both = Barrier(2)

    def work():
        try:
            both.wait()
            reminders.add(date(2026, 3, 28))
        finally:
            connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    reminders.add(date(2026, 3, 28))
    assert sorted(told()) == sorted(["trial", "renewal", "end", "resume"] * 3)
