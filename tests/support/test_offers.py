"""Staff offer something to a customer who wants to leave; the customer accepts, or goes on canceling."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from portal_project.accounts.models import Merchant
from portal_project.mail.models import OutgoingMail
from portal_project.mail.rendering import render
from products.models import Plan, Product
from subscriptions.lifecycle import due
from subscriptions.models import SubscriptionEvent
from support.jobs import follow_up
from support.models import CancellationRequest, Offer, Ticket
from tests.conftest import signed_in
from tests.factories import PlanFactory, UserFactory, started
from tests.pages import confirm, hidden_inputs

TODAY = date(2026, 4, 5)
HALF = {"kind": "discount", "percent": "50", "invoices": "3"}
MONTH = {"kind": "pause", "pause_days": "30"}
PICKED = {"kind": "pause", "pause_days": ""}
AGREED = {"agreement": "By phone", "agreed_on": "2026-04-05"}


@pytest.fixture
def hosting(alice, as_alice, clock):
    """It costs 100.00 a month since 20 March 2026, and ends on 5 May."""
    clock(TODAY)
    hosting = started(alice, date(2026, 3, 20), name="Hosting")
    confirm(as_alice, f"{hosting.get_absolute_url()}cancel/", reason="too_expensive", message="")
    return hosting


@pytest.fixture
def small(hosting):
    return PlanFactory(product=hosting.product, name="Small", amount=40)


def text_of(response):
    return " ".join(response.content.decode().split())


def desk(what="change"):
    return f"/admin/support/ticket/{Ticket.objects.get().pk}/{what}/"


def shown(client, **typed):
    return client.post(desk("offer"), hidden_inputs(client.get(desk("offer"))) | typed | {"preview": "1"})


def offer(client, **typed):
    """See what it leads to, then send it."""
    return client.post(desk("offer"), hidden_inputs(shown(client, **typed)) | typed)


def page_of(hosting, number=-1):
    """On which the customer accepts the newest offer, or another."""
    return list(Offer.objects.order_by("pk"))[number].get_absolute_url()


def states():
    return list(Offer.objects.order_by("pk").values_list("state", flat=True))


def events(hosting):
    found = SubscriptionEvent.objects.filter(subscription=hosting).order_by("pk")
    return [(event.kind, event.accepted) for event in found[2:]]


LEFT = ("cancellation_scheduled", "")
STAYED = ("cancellation_withdrawn", "")


def told(client, response):
    assert response.status_code == 302
    return text_of(client.get(response.url))


# What staff see and send


def test_before_it_is_sent_staff_see_what_it_leads_to_and_costs(as_agent, hosting):
    text = text_of(shown(as_agent, **HALF))
    for sentence in (
        "<strong>50 % off the next 3 invoices</strong>",
        "It no longer ends on 5 May 2026.",
        "Billed within twelve months: €1,050.00 instead of €1,200.00: it costs €150.00.",
        "Offered to this customer before",
    ):
        assert sentence in text
    assert text.count("<td>€50.00</td>") == 3
    assert not Offer.objects.exists()


def test_an_offer_waits_for_the_customer_and_changes_nothing_else(as_agent, agent, hosting, clock):
    clock(date(2026, 4, 6))
    assert "The offer is made." in told(as_agent, offer(as_agent, **HALF, message="Stay, Alice!"))
    made = Offer.objects.get()
    assert (str(made), made.made_by, made.state) == ("50 % off the next 3 invoices", agent, "open")
    hosting.refresh_from_db()
    assert (hosting.cancels_on, hosting.discount_percent) == (date(2026, 5, 5), 0)
    ticket = Ticket.objects.get()
    assert ticket.is_answered
    # The next thing that staff should look at is the invoice of 20 April.
    assert ticket.act_by == date(2026, 4, 20)
    text = text_of(as_agent.get(desk()))
    assert "Offer: 50 % off the next 3 invoices · Sam Support" in text
    assert "Mail with the offer to alice@example.com" in text
    assert "Make another offer" in text


def test_the_mail_says_what_is_offered_and_that_nothing_need_be_done(as_agent, hosting):
    offer(as_agent, **HALF, message="Stay, Alice!")
    mail = OutgoingMail.objects.get(template="support/offer_made")
    text = render(mail).text
    for part in (
        "50 % off the next 3 invoices",
        "Stay, Alice!",
        "20 April 2026: €50.00",
        page_of(hosting),
        "You need not do anything to go on canceling: Hosting then ends on 5 May 2026",
    ):
        assert part in text


def test_what_was_offered_before_is_shown_with_its_outcome(as_agent, hosting):
    offer(as_agent, **HALF)
    offer(as_agent, **MONTH)
    text = text_of(shown(as_agent, **HALF))
    assert "A pause of 30 days <small>" in text
    assert "Sam Support: Replaced</small>" in text
    assert "This takes the place of the offer that is open: A pause of 30 days." in text


def test_the_same_again_is_refused_and_another_takes_its_place(as_agent, hosting):
    offer(as_agent, **HALF)
    assert "This has been on offer since 5 April 2026 already." in told(as_agent, offer(as_agent, **HALF))
    offer(as_agent, **HALF | {"percent": "60"})
    assert states() == ["replaced", "open"]
    assert OutgoingMail.objects.filter(template="support/offer_made").count() == 2


def test_one_form_makes_one_offer(as_agent, hosting):
    sent = hidden_inputs(shown(as_agent, **HALF)) | HALF
    as_agent.post(desk("offer"), sent)
    as_agent.post(desk(f"take-back/{Offer.objects.get().pk}"))
    assert "This offer has been sent before." in told(as_agent, as_agent.post(desk("offer"), sent))
    assert states() == ["withdrawn"]


def test_what_was_not_shown_is_not_sent(as_agent, hosting):
    """Without script: the form is filled in and sent at once."""
    again = as_agent.post(desk("offer"), hidden_inputs(as_agent.get(desk("offer"))) | HALF)
    assert "Nothing has been done yet" in text_of(again)
    assert not Offer.objects.exists()
    assert as_agent.post(desk("offer"), hidden_inputs(again) | HALF).status_code == 302


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "This field is required."),
        ({"kind": "discount", "percent": "50"}, "This field is required."),
        ({"kind": "discount", "percent": "0", "invoices": "1"}, "greater than or equal to 1"),
        ({"kind": "discount", "percent": "10", "invoices": "121"}, "less than or equal to 120"),
        ({"kind": "pause", "pause_days": "3651"}, "less than or equal to 3650"),
        ({"kind": "plan"}, "This field is required."),
        ({"kind": "plan", "plan": "999999"}, "Select a valid choice."),
        ({"kind": "talk"}, "Select a valid choice."),
        (HALF | {"message": "x" * 2001}, "at most 2000 characters"),
        (HALF | {"message": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_offered_is_explained(as_agent, hosting, typed, sentence):
    response = as_agent.post(desk("offer"), hidden_inputs(as_agent.get(desk("offer"))) | typed)
    assert response.status_code == 200
    assert sentence in text_of(response)
    assert not Offer.objects.exists()


def test_a_message_is_kept_as_text_that_people_type(as_agent, hosting):
    offer(as_agent, **HALF, message="Caf\u0065\u0301 <b>\r\n\u200b=1+1  ")
    assert Offer.objects.get().message == "Café <b>\n\u200b=1+1"
    assert "&lt;b&gt;" in text_of(as_agent.get(desk()))


def test_support_is_bound_by_the_caps_and_a_merchant_is_not(as_agent, as_merchant, hosting):
    Product.objects.update(support_max_percent=20, support_max_invoices=2, support_max_pause_days=20)
    for typed, sentence in (
        (HALF, "Support may give at most 20 % off Hosting"),
        (HALF | {"percent": "20"}, "Support may discount at most 2 invoices for Hosting"),
        (MONTH, "Support may offer a pause of at most 20 days for Hosting"),
        (PICKED, "Support may offer a pause of at most 20 days for Hosting"),
    ):
        assert sentence in text_of(offer(as_agent, **typed))
    assert not Offer.objects.exists()
    for typed in (HALF, MONTH, PICKED):
        assert offer(as_merchant, **typed).status_code == 302


def test_what_the_customer_has_or_cannot_have_is_not_offered(as_agent, as_merchant, hosting, small):
    Plan.objects.filter(pk=small.pk).update(is_active=False)
    assert "is not active, so nobody can change to it." in text_of(shown(as_agent, kind="plan", plan=str(small.pk)))
    grant = f"/admin/subscriptions/subscription/{hosting.pk}/discount/"
    typed = {"percent": "50", "invoices": "3"}
    page = as_merchant.post(grant, typed | {"preview": "1"})
    as_merchant.post(grant, hidden_inputs(page) | typed)
    assert "This subscription already has 50 % off its next 3 invoices." in text_of(shown(as_agent, **HALF))


def test_only_those_who_work_on_tickets_and_subscriptions_make_offers(as_alice, hosting):
    clerk = signed_in(UserFactory(is_staff=True))
    assert clerk.post(desk("offer"), HALF).status_code == 403
    assert as_alice.post(desk("offer"), HALF).status_code in (302, 403, 404)


def test_there_is_nothing_to_offer_on_another_ticket_or_after_the_decision(as_agent, as_alice, alice, hosting):
    other = Ticket.objects.create(customer=alice, subject="Hello")
    assert as_agent.get(f"/admin/support/ticket/{other.pk}/offer/").status_code == 404
    other.delete()
    confirm(as_alice, f"{hosting.get_absolute_url()}withdraw/")
    response = as_agent.get(desk("offer"))
    assert "was decided on 5 April 2026: Withdrawn." in told(as_agent, response)


def test_an_offer_is_taken_back_once(as_agent, as_alice, hosting):
    offer(as_agent, **HALF)
    back = desk(f"take-back/{Offer.objects.get().pk}")
    assert "The offer is taken back." in told(as_agent, as_agent.post(back))
    assert "This offer was taken back on 5 April 2026." in told(as_agent, as_agent.post(back))
    response = as_alice.get(page_of(hosting))
    assert response.status_code == 409
    assert "This offer was taken back on 5 April 2026." in text_of(response)
    assert "An offer for Hosting" not in text_of(as_alice.get(hosting.get_absolute_url()))


# What the customer sees and does


def test_the_customer_finds_it_wherever_they_look(as_agent, as_alice, hosting):
    offer(as_agent, **HALF, message="Stay, Alice!")
    for page in ("/", "/subscriptions/", hosting.get_absolute_url(), Ticket.objects.get().get_absolute_url()):
        text = text_of(as_alice.get(page))
        assert "<h2> An offer for Hosting </h2> <p><strong>50 % off the next 3 invoices</strong></p>" in text
        assert "<p>Stay, Alice!</p>" in text
        assert f'<a class="btn" href="{page_of(hosting)}">See what it means, and accept</a>' in text
        assert "<button>Go on canceling</button>" in text


def test_others_see_none_of_it(as_agent, as_alice, bob, hosting):
    offer(as_agent, **HALF)
    as_bob = signed_in(bob)
    assert "An offer for" not in text_of(as_bob.get("/"))
    for address in (page_of(hosting), f"{hosting.get_absolute_url()}go-on-canceling/"):
        assert as_bob.post(address).status_code == 404
    other = started(bob, date(2026, 3, 20))
    assert as_bob.get(f"{other.get_absolute_url()}offer-{Offer.objects.get().pk}/").status_code == 404


def test_going_on_canceling_changes_nothing_and_says_so(as_agent, as_alice, hosting):
    offer(as_agent, **HALF)
    address = f"{hosting.get_absolute_url()}go-on-canceling/"
    assert as_alice.get(address).status_code == 405
    before = events(hosting)
    assert "Nothing changes: Hosting ends on 5 May 2026." in told(as_alice, as_alice.post(address))
    assert (states(), events(hosting)) == (["open"], before)


def test_accepting_a_discount_withdraws_the_request_and_grants_it(as_agent, as_alice, alice, hosting):
    offer(as_agent, **HALF)
    page = text_of(as_alice.get(page_of(hosting)))
    assert "Hosting: 50 % off the next 3 invoices?" in page
    assert "It no longer ends on 5 May 2026." in page
    assert page.count("<td>€50.00</td>") == 3
    assert "The discount is yours." in told(as_alice, confirm(as_alice, page_of(hosting)))
    hosting.refresh_from_db()
    assert (hosting.cancels_on, hosting.discount_percent, hosting.discount_invoices_left) == (None, 50, 3)
    request, ticket, made = CancellationRequest.objects.get(), Ticket.objects.get(), Offer.objects.get()
    assert (request.decision, request.decided_by, ticket.status) == ("offer_accepted", alice, "resolved")
    assert (made.state, made.closed_by) == ("accepted", alice)
    assert events(hosting) == [LEFT, STAYED, ("discount_granted", "offer")]
    mail = OutgoingMail.objects.filter(template="receipts/receipt").latest("pk")
    assert "- It no longer ends on 5 May 2026." in render(mail).text
    assert "Offer, 50 % off the next 3 invoices: Accepted · Alice Ahn" in text_of(as_agent.get(desk()))
    assert "Offer accepted" in text_of(as_alice.get(ticket.get_absolute_url()))


def test_it_cannot_be_accepted_twice(as_agent, as_alice, hosting):
    offer(as_agent, **HALF)
    sent = hidden_inputs(as_alice.get(page_of(hosting)))
    as_alice.post(page_of(hosting), sent)
    before = events(hosting)
    assert "This offer was accepted on 5 April 2026." in told(as_alice, as_alice.post(page_of(hosting), sent))
    assert events(hosting) == before


def test_accepting_a_pause_counts_against_no_limit(as_agent, as_alice, hosting):
    Product.objects.update(allow_pause=False, max_pause_days=10, max_pauses_per_year=1)
    offer(as_agent, **MONTH)
    assert "The subscription is paused." in told(as_alice, confirm(as_alice, page_of(hosting)))
    hosting.refresh_from_db()
    assert (hosting.status, hosting.resumes_on, hosting.pause_is_own) == ("paused", date(2026, 5, 5), False)
    assert events(hosting) == [LEFT, STAYED, ("paused", "offer")]
    assert not SubscriptionEvent.objects.own_pauses_in_year(TODAY).exists()


def test_accepting_a_pause_whose_end_the_customer_picks(as_agent, as_alice, hosting):
    offer(as_agent, **PICKED)
    assert "Next bills" not in render(OutgoingMail.objects.get(template="support/offer_made")).text
    assert "Resumes by itself on 5 May 2026." in text_of(as_alice.get(page_of(hosting)))
    typed = {"resumes_on": "2026-06-20"}
    seen = as_alice.post(page_of(hosting), typed | {"preview": "1"})
    assert "Resumes by itself on 20 June 2026." in text_of(seen)
    as_alice.post(page_of(hosting), hidden_inputs(seen) | typed)
    hosting.refresh_from_db()
    assert hosting.resumes_on == date(2026, 6, 20)


def test_accepting_another_plan(as_agent, as_alice, hosting, small):
    offer(as_agent, kind="plan", plan=str(small.pk))
    assert "Changes to <strong>Small, €40.00 / month, from 20 April 2026</strong>" in text_of(
        as_alice.get(page_of(hosting))
    )
    confirm(as_alice, page_of(hosting))
    hosting.refresh_from_db()
    assert (hosting.next_plan, hosting.cancels_on) == (small, None)
    assert events(hosting) == [LEFT, STAYED, ("plan_chosen", "offer")]


def test_a_price_that_moves_is_shown_before_it_is_agreed(as_agent, as_alice, hosting, small):
    offer(as_agent, kind="plan", plan=str(small.pk))
    sent = hidden_inputs(as_alice.get(page_of(hosting)))
    Plan.objects.filter(pk=small.pk).update(amount=45)
    again = as_alice.post(page_of(hosting), sent)
    assert "Nothing has been done yet" in text_of(again)
    assert "Small, €45.00 / month" in text_of(again)
    assert states() == ["open"]


def test_what_became_impossible_is_refused_with_the_reason(as_agent, as_alice, hosting, small):
    offer(as_agent, kind="plan", plan=str(small.pk))
    sent = hidden_inputs(as_alice.get(page_of(hosting)))
    Plan.objects.filter(pk=small.pk).update(is_active=False)
    response = as_alice.post(page_of(hosting), sent)
    assert response.status_code == 409
    assert "Hosting · Small is not active, so nobody can change to it." in text_of(response)
    hosting.refresh_from_db()
    assert hosting.cancels_on == date(2026, 5, 5)


def test_a_pause_of_what_is_paused_is_not_offered(alice, as_alice, as_agent, clock):
    clock(TODAY)
    hosting = started(alice, date(2026, 3, 20), name="Hosting")
    confirm(as_alice, f"{hosting.get_absolute_url()}pause/")
    confirm(as_alice, f"{hosting.get_absolute_url()}cancel/", reason="other", message="")
    assert "This subscription is already paused." in text_of(shown(as_agent, **MONTH))


# How it lapses


def test_it_lapses_when_the_request_is_withdrawn(as_agent, as_alice, hosting):
    offer(as_agent, **HALF)
    sent = hidden_inputs(as_alice.get(page_of(hosting)))
    confirm(as_alice, f"{hosting.get_absolute_url()}withdraw/")
    assert states() == ["lapsed"]
    response = as_alice.post(page_of(hosting), sent)
    assert response.status_code == 409
    assert (
        "This offer lapsed on 5 April 2026. The request of 5 April 2026 was decided on 5 April 2026: Withdrawn."
        in text_of(response)
    )
    hosting.refresh_from_db()
    assert hosting.discount_percent == 0
    assert "Offer, 50 % off the next 3 invoices: Lapsed · Alice Ahn" in text_of(as_agent.get(desk()))


@pytest.mark.parametrize(
    ("verb", "typed", "decision"),
    [
        ("keep-active", AGREED, "Kept with the customer’s agreement"),
        ("cancel-now", {}, "Canceled early"),
    ],
)
def test_it_lapses_when_staff_decide_the_request(as_agent, as_merchant, as_alice, hosting, verb, typed, decision):
    offer(as_agent, **HALF)
    sent = hidden_inputs(as_alice.get(page_of(hosting)))
    confirm(as_merchant, f"/admin/subscriptions/subscription/{hosting.pk}/{verb}/", **typed)
    assert states() == ["lapsed"]
    assert "This offer lapsed on 5 April 2026." in text_of(as_alice.post(page_of(hosting), sent))
    hosting.refresh_from_db()
    assert (hosting.discount_percent, CancellationRequest.objects.get().get_decision_display()) == (0, decision)
    # Nothing is on offer any more, and staff can offer nothing more.
    for page in ("/", hosting.get_absolute_url(), Ticket.objects.get().get_absolute_url()):
        assert "An offer for" not in text_of(as_alice.get(page))
    response = as_agent.get(desk("offer"))
    refused = response if response.status_code == 409 else as_agent.get(response.url)
    assert f"was decided on 5 April 2026: {decision}." in text_of(refused)


def test_it_lapses_on_the_day_of_the_end_whether_or_not_the_job_has_run(as_agent, as_alice, hosting, clock):
    offer(as_agent, **HALF)
    sent = hidden_inputs(as_alice.get(page_of(hosting)))
    clock(date(2026, 5, 5))
    assert "An offer for" not in text_of(as_alice.get("/"))
    assert "An offer for" not in text_of(as_alice.get(hosting.get_absolute_url()))
    assert "This subscription ended on 5 May 2026." in text_of(as_alice.post(page_of(hosting), sent))
    due.apply(date(2026, 5, 5))
    follow_up.run(date(2026, 5, 5))
    made = Offer.objects.get()
    assert (made.state, made.closed_by) == ("lapsed", None)
    assert "This offer lapsed on 5 May 2026." in text_of(as_alice.post(page_of(hosting), sent))


def test_the_job_lapses_many_in_as_many_statements(as_agent, hosting, agent, clock):
    def statements(count):
        for _ in range(count):
            customer = UserFactory()
            one = started(customer, date(2026, 3, 20), hosting.plan)
            confirm(signed_in(customer), f"{one.get_absolute_url()}cancel/", reason="other", message="")
        for request in CancellationRequest.objects.undecided():
            Offer.objects.create(request=request, made_by=agent, kind="pause", pause_days=30)
        due.apply(date(2026, 5, 5))
        with CaptureQueriesContext(connection) as found:
            follow_up.run(date(2026, 5, 5))
        return len(found)

    assert statements(0) == statements(4)
    assert states() == ["lapsed"] * 5


def test_another_has_the_older_page_refused(as_agent, as_alice, hosting):
    offer(as_agent, **HALF)
    sent = hidden_inputs(as_alice.get(page_of(hosting)))
    offer(as_agent, **MONTH)
    response = as_alice.post(page_of(hosting, 0), sent)
    assert response.status_code == 409
    assert "This offer was replaced by another on 5 April 2026" in text_of(response)


# What the ticket makes of it


def test_it_answers_what_the_customer_wrote_meanwhile(agent, alice, hosting, clock):
    clock(date(2026, 4, 7))
    ticket = Ticket.objects.get()
    signed_in(alice).post(ticket.get_absolute_url(), {"token": uuid4(), "body": "Is there a smaller one?"})
    ticket.refresh_from_db()
    assert (ticket.is_answered, ticket.act_by) == (False, date(2026, 4, 10))
    clock(date(2026, 4, 8))
    offer(signed_in(agent), **HALF)
    ticket.refresh_from_db()
    assert (ticket.is_answered, ticket.act_by) == (True, date(2026, 4, 20))
    clock(date(2026, 4, 9))
    signed_in(alice).post(ticket.get_absolute_url(), {"token": uuid4(), "body": "For how long?"})
    ticket.refresh_from_db()
    assert (ticket.is_answered, ticket.act_by) == (False, date(2026, 4, 12))


def test_the_timeline_tells_every_offer_and_what_became_of_it(as_agent, as_alice, hosting):
    half, month = "50 % off the next 3 invoices", "A pause of 30 days"
    offer(as_agent, **HALF)
    as_agent.post(desk(f"take-back/{Offer.objects.get().pk}"))
    offer(as_agent, **HALF)
    offer(as_agent, **MONTH, message="Stay, Alice!")
    confirm(as_alice, page_of(hosting))
    found = [entry for entry in as_agent.get(desk()).context["timeline"] if entry.text.startswith("Offer")]
    assert [(entry.text, entry.by) for entry in found][::-1] == [
        (f"Offer: {half}", "Sam Support"),
        (f"Offer, {half}: Taken back", "Sam Support"),
        (f"Offer: {half}", "Sam Support"),
        (f"Offer, {half}: Replaced", "Sam Support"),
        (f"Offer: {month}", "Sam Support"),
        (f"Offer, {month}: Accepted", "Alice Ahn"),
    ]
    assert [entry.detail for entry in found if entry.detail] == ["Stay, Alice!"]


# The list, the rows, and what pages cost


def test_the_list_of_offers_tells_their_outcomes_and_changes_none(as_agent, as_merchant, as_alice, hosting):
    offer(as_agent, **MONTH)
    offer(as_agent, **HALF)
    confirm(as_alice, page_of(hosting))
    for client in (as_agent, as_merchant):
        text = text_of(client.get("/admin/support/offer/", {"q": hosting.number}))
        for shown in ("A pause of 30 days", "Replaced", "50 % off the next 3 invoices", "Accepted", "Alice Ahn"):
            assert shown in text
        page = f"/admin/support/offer/{Offer.objects.first().pk}/change/"
        assert client.get(page).status_code == 200
        assert client.post(page, {"state": "open"}).status_code == 403
        assert client.get("/admin/support/offer/add/").status_code == 403


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "talk"},
        {"kind": "discount", "percent": 10},
        {"kind": "discount", "percent": 101, "invoices": 1},
        {"kind": "pause", "percent": 10, "invoices": 1},
        {"kind": "pause", "pause_days": 0},
        {"kind": "plan"},
        {"kind": "pause", "state": "lapsed"},
        {"kind": "pause", "state": "never", "closed_at": "2026-04-05 12:00Z"},
    ],
)
def test_the_database_refuses_what_is_no_offer(hosting, agent, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.create(request=CancellationRequest.objects.get(), made_by=agent, **values)


def test_the_database_keeps_one_open_offer_of_a_request(hosting, agent):
    values = {"request": CancellationRequest.objects.get(), "made_by": agent, "kind": "pause"}
    Offer.objects.create(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.create(**values)


def test_pages_ask_as_much_however_many_offers_there_are(as_agent, as_alice, hosting, agent, small):
    def queries():
        counts = []
        for client, page in ((as_agent, desk()), (as_agent, "/admin/support/offer/"), (as_alice, "/")):
            client.get(page)
            Merchant.forget()
            with CaptureQueriesContext(connection) as found:
                client.get(page)
            counts.append(len(found))
        Merchant.forget()
        with CaptureQueriesContext(connection) as found:
            shown(as_agent, **HALF)
        return [*counts, len(found)]

    offer(as_agent, kind="plan", plan=str(small.pk))
    few = queries()
    request = CancellationRequest.objects.get()
    for _ in range(9):
        Offer.objects.create(
            request=request,
            made_by=UserFactory(),
            kind="plan",
            plan=small,
            state="replaced",
            closed_at=request.requested_at,
        )
    assert queries() == few
