from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission

from subscriptions.models import Invoice, Subscription
from support.models import CancellationRequest, Message, Ticket, TicketEvent
from support.queue import act_by
from tests.conftest import signed_in
from tests.factories import UserFactory, started
from tests.pages import confirm, hidden_inputs

QUEUE = "/admin/support/ticket/"
TODAY = date(2026, 4, 5)
NOON = datetime(2026, 4, 5, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today(clock):
    clock(TODAY)


def a_ticket(customer, subject="A question", days_ago=0, **fields):
    wrote_at = NOON - timedelta(days=days_ago)
    ticket = Ticket.objects.create(customer=customer, subject=subject, wrote_at=wrote_at, **fields)
    act_by.refresh([ticket.pk], TODAY)
    ticket.refresh_from_db()
    return ticket


def subjects(client, **query):
    response = client.get(QUEUE, query)
    assert response.status_code == 200
    return [row.subject for row in response.context["rows"]]


def counts(client):
    return {tab.name: tab.count for tab in client.get(QUEUE).context["tabs"]}


def test_the_most_pressing_ticket_comes_first_and_finished_ones_last(as_agent, alice):
    a_ticket(alice, "finished", status="resolved")
    a_ticket(alice, "low", priority=1)
    a_ticket(alice, "late", days_ago=5)
    a_ticket(alice, "urgent", priority=4)
    assert subjects(as_agent) == ["late", "urgent", "low", "finished"]


def test_a_row_says_what_presses_whose_it_is_and_what_it_is_worth(as_agent, as_alice, alice, agent):
    subscription = started(alice, date(2026, 3, 20))
    confirm(as_alice, f"/subscriptions/{subscription.number}/cancel/", reason="too_expensive")
    Ticket.objects.update(assignee=agent)
    text = as_agent.get(QUEUE).content.decode()
    for shown in (
        "in 15 days",
        "20 Apr 2026",
        "Alice Ahn",
        "€100.00",
        "Too expensive",
        "Open",
        "Medium",
        "Sam Support",
    ):
        assert shown in text


def test_each_tab_counts_and_shows_its_own(as_agent, as_alice, alice, agent):
    a_ticket(alice, "mine", assignee=agent, status="in_review")
    a_ticket(alice, "nobody's")
    a_ticket(alice, "done", status="closed")
    subscription = started(alice, date(2026, 3, 8), notice_days=1)
    confirm(as_alice, f"/subscriptions/{subscription.number}/cancel/", reason="other")
    leaving = CancellationRequest.objects.get().ticket.subject
    assert counts(as_agent) == {
        "mine": "1",
        "unassigned": "2",
        "open": "2",
        "in_review": "1",
        "ending": "1",
        "all": "4",
        "wind_down": "0",
    }
    assert subjects(as_agent, tab="mine") == ["mine"]
    assert subjects(as_agent, tab="ending") == [leaving]
    assert set(subjects(as_agent, tab="unassigned")) == {"nobody's", leaving}
    assert subjects(as_agent, tab="in_review") == ["mine"]
    assert "done" in subjects(as_agent, tab="all")


def test_a_tab_stops_counting_at_a_thousand(as_agent, alice):
    Ticket.objects.bulk_create([Ticket(customer=alice, subject=f"{n}", number=f"T-{n:06}") for n in range(1001)])
    assert counts(as_agent)["open"] == "1,000+"


def test_filters_narrow_the_queue(as_agent, alice, agent):
    subscription = started(alice, date(2026, 3, 20))
    a_ticket(alice, "billing", type="billing", priority=4, assignee=agent, subscription=subscription)
    a_ticket(alice, "closed", status="closed")
    for query in (
        {"type": "billing"},
        {"priority": "4"},
        {"assignee": str(agent.pk)},
        {"product": str(subscription.product.pk)},
    ):
        assert subjects(as_agent, **query) == ["billing"], query
    assert subjects(as_agent, status="closed") == ["closed"]
    assert subjects(as_agent, assignee="nobody") == ["closed"]
    assert subjects(as_agent, within="7") == []
    assert set(subjects(as_agent, after="x.y")) == {"billing", "closed"}


@pytest.mark.parametrize(
    "term",
    [
        "server",
        "Serv",
        "alice",
        "ahn",
        "alice@example.com",
        "backup restore",
        "shop.example.com",
        "shop",
        "T-FFFF01",
        "t-ffffoi",
    ],
)
def test_the_search_finds_words_people_and_numbers(as_agent, alice, bob, term):
    ticket = a_ticket(alice, "My server", number="T-FFFF01")
    Message.objects.create(ticket=ticket, author=alice, body="Please restore\nthe backup of shop.example.com.")
    a_ticket(bob, "Something else")
    assert subjects(as_agent, q=term) == ["My server"]


@pytest.mark.parametrize("term", ["zebra", "server zebra", "' OR 1=1 --", "!!!", "a:*|b & !c"])
def test_a_search_that_fits_nothing_says_so(as_agent, alice, term):
    a_ticket(alice, "My server")
    assert subjects(as_agent, q=term) == []
    assert "No ticket fits." in as_agent.get(QUEUE, {"q": term}).content.decode()


def test_pages_go_on_where_the_last_one_ended(as_agent, alice, monkeypatch):
    monkeypatch.setattr("support.queue.rows.PAGE", 2)
    for n in range(3):
        a_ticket(alice, f"open {n}")
    for n in range(2):
        a_ticket(alice, f"closed {n}", status="closed")
    seen, after = [], ""
    while True:
        response = as_agent.get(QUEUE, {"after": after} if after else {})
        seen += [row.subject for row in response.context["rows"]]
        after = response.context["next"]
        if not after:
            break
    assert seen == ["open 0", "open 1", "open 2", "closed 1", "closed 0"]


def test_the_ticket_leads_back_to_the_queue_as_it_was(as_agent, alice):
    ticket = a_ticket(alice, "My server")
    as_agent.get(QUEUE, {"tab": "open", "q": "server"})
    assert f'href="{QUEUE}?tab=open&amp;q=server"' in as_agent.get(f"{QUEUE}{ticket.pk}/change/").content.decode()


def send(client, tickets, do, **fields):
    keys = [ticket.pk for ticket in tickets]
    form = hidden_inputs(client.get(QUEUE)) | {"tickets": keys, "do": do} | fields
    return client.post(QUEUE, form, follow=True)


@pytest.mark.parametrize(
    "typed",
    [
        "(T-ABC123)",
        "t abc123",
        "T\u2011ABC123",
        "T\u2013abc 123",
        "Re: Your request [T-ABC123]",
        "look at t-abc123, please",
    ],
)
def test_a_tickets_number_finds_it_however_it_is_written(as_agent, alice, typed):
    a_ticket(alice, "About it", number="T-ABC123")
    a_ticket(alice, "Please look at this request", number="T-ABC124")
    assert subjects(as_agent, q=typed) == ["About it"]


def test_a_sentence_with_several_numbers_finds_them_all(as_agent, alice):
    subscription = started(alice, date(2026, 3, 20))
    Subscription.objects.update(number="S-7KQ4M0")
    a_ticket(alice, "One", number="T-ABC123")
    a_ticket(alice, "Two", subscription=subscription)
    a_ticket(alice, "Three")
    assert set(subjects(as_agent, q="T-ABC123 is about s 7kq4mo, too")) == {"One", "Two"}


def test_words_that_look_like_a_number_are_searched_as_words(as_agent, alice):
    a_ticket(alice, "The server1 is down")
    assert subjects(as_agent, q="server1") == ["The server1 is down"]


@pytest.mark.parametrize("spelling", ["{}", "{} ", "S-{}", "s-{}", "(S-{})", "S {}", "my s\u2013{}."])
def test_the_number_of_a_subscription_finds_its_tickets(as_agent, alice, spelling):
    subscription = started(alice, date(2026, 3, 20))
    Subscription.objects.update(number="S-7KQ4M0")
    a_ticket(alice, "About it", subscription=subscription)
    a_ticket(alice, "About something else")
    assert subjects(as_agent, q=spelling.format("7kq4mo" if spelling.islower() else "7KQ4M0")) == ["About it"]


def test_the_number_of_an_invoice_finds_the_tickets_of_its_subscription(as_agent, alice):
    subscription = started(alice, date(2026, 3, 20))
    Invoice.objects.update(number=1267)
    a_ticket(alice, "About it", subscription=subscription)
    a_ticket(alice, "About something else")
    for typed in ("001267", "1267", "#1267", "invoice 001267", "(001267)"):
        assert subjects(as_agent, q=typed) == ["About it"]


def test_what_is_finished_stays_so_when_a_page_is_marked_in_review(as_agent, alice):
    tickets = [a_ticket(alice, "open"), a_ticket(alice, "closed", status="closed")]
    assert "1 ticket changed." in send(as_agent, tickets, "review").content.decode()
    assert set(Ticket.objects.values_list("subject", "status")) == {("open", "in_review"), ("closed", "closed")}


def test_several_tickets_are_assigned_prioritised_and_marked_at_once(as_agent, alice, agent, merchant):
    tickets = [a_ticket(alice, f"{n}") for n in range(3)]
    assert "2 tickets changed." in send(as_agent, tickets[:2], "mine").content.decode()
    send(as_agent, tickets[1:], "assign", assignee=str(merchant.pk))
    send(as_agent, tickets, "priority", priority="4")
    send(as_agent, tickets[:1], "review")
    rows = Ticket.objects.order_by("pk").values_list("assignee__name", "priority", "status", "act_by")
    assert list(rows) == [
        (agent.name, 4, "in_review", TODAY),
        (merchant.name, 4, "open", TODAY),
        (merchant.name, 4, "open", TODAY),
    ]
    kinds = TicketEvent.objects.filter(ticket=tickets[1]).values_list("kind", "old", "new", "actor__name")
    assert list(kinds) == [
        ("assignee", "", agent.name, agent.name),
        ("assignee", agent.name, merchant.name, agent.name),
        ("priority", "2", "4", agent.name),
    ]


def test_the_button_of_a_row_takes_that_ticket_alone(as_agent, alice, agent):
    chosen, other = a_ticket(alice, "one"), a_ticket(alice, "two")
    as_agent.post(QUEUE, {"take": chosen.pk, "tickets": [other.pk]})
    assert list(Ticket.objects.filter(assignee=agent)) == [chosen]


def test_the_same_change_twice_leaves_one_event(as_agent, alice):
    ticket = a_ticket(alice)
    for _ in range(2):
        send(as_agent, [ticket], "mine")
    assert TicketEvent.objects.count() == 1


@pytest.mark.parametrize(("do", "told"), [("assign", "Choose whom to assign to."), ("priority", "Choose a priority.")])
def test_a_button_without_its_choice_is_explained_and_changes_nothing(as_agent, alice, agent, do, told):
    ticket = a_ticket(alice, assignee=agent, priority=3)
    assert told in send(as_agent, [ticket], do).content.decode()
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.priority) == (agent, 3)


def test_only_who_may_work_on_tickets_is_offered_for_them(as_agent, alice, agent):
    UserFactory(is_staff=True, name="Wanda Warehouse")
    a_ticket(alice)
    text = as_agent.get(QUEUE).content.decode()
    assert agent.name in text
    assert "Wanda Warehouse" not in text


def test_nothing_chosen_is_explained(as_agent, alice):
    a_ticket(alice)
    assert "Choose at least one ticket." in send(as_agent, [], "mine").content.decode()


@pytest.mark.parametrize(
    "form", [{"do": "mine", "tickets": ["x", "999999", "9" * 30]}, {"do": "nonsense", "tickets": ["1"]}, {}]
)
def test_a_hand_made_form_changes_nothing(as_agent, alice, form):
    ticket = a_ticket(alice)
    assert as_agent.post(QUEUE, form).status_code == 302
    before = ticket.assignee, ticket.priority, ticket.status
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.priority, ticket.status) == before


def test_staff_without_the_role_see_no_queue_and_customers_neither(alice, db):
    assert signed_in(UserFactory(is_staff=True)).get(QUEUE).status_code == 403
    assert signed_in(alice).get(QUEUE).status_code in (302, 403)


def test_staff_who_may_only_look_change_nothing(alice):
    looker = UserFactory(is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_ticket"))
    ticket = a_ticket(alice)
    client = signed_in(looker)
    assert 'name="do"' not in client.get(QUEUE).content.decode()
    assert client.post(QUEUE, {"do": "mine", "tickets": [ticket.pk]}).status_code == 403
