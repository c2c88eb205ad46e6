"""How far one walks through the house for a click: the rooms that a request enters, and its moves between them.

A room is a module of ours in which a function runs, a move two calls of ours in a row that run in different rooms.
"""

import sys
from collections import Counter
from contextlib import contextmanager
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from subscriptions.models import Subscription
from tests.factories import PlanFactory, ProductFactory, started
from tests.pages import confirm, hidden_inputs

ROOT = Path(__file__).resolve().parent.parent
APPS = tuple(f"{ROOT / app}/" for app in ("portal_project", "products", "subscriptions", "support"))


class Walk:
    def __init__(self):
        self.calls = []

    @property
    def rooms(self):
        return len({room for room, _function in self.calls})

    @property
    def moves(self):
        return sum(one[0] != other[0] for one, other in pairwise(self.calls))

    def times(self, *functions):
        """How often each of the functions ran."""
        counts = Counter(name for _room, name in self.calls)
        return tuple(counts[name] for name in functions)


@contextmanager
def walking():
    walk = Walk()

    def note(frame, event, _argument):
        if event == "call" and frame.f_code.co_filename.startswith(APPS):
            walk.calls.append((frame.f_code.co_filename, frame.f_code.co_name))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield walk
    finally:
        sys.setprofile(before)


def pausing(number):
    return f"/subscriptions/{number}/pause/"


def canceling(number):
    return f"/subscriptions/{number}/cancel/"


def keeping(number):
    return f"/admin/subscriptions/subscription/{Subscription.objects.get(number=number).pk}/keep-active/"


def walk_of(client, page, typed, number, first):
    """Of the POST that confirms; the same is done once before, so that nothing is loaded on the way."""
    confirm(client, page(first), **typed)
    sent = hidden_inputs(client.get(page(number))) | typed
    address = page(number)
    with walking() as walk:
        response = client.post(address, sent)
    assert response.status_code == 302
    return walk


@pytest.fixture
def numbers(alice, clock):
    clock(date(2026, 4, 5))
    plan = PlanFactory(product=ProductFactory(notice_days=30))
    return [started(alice, date(2026, 3, 20), plan).number for _ in range(2)]


def is_decided_once(walk):
    """Asked once, its effect found once, and caught up before it and after."""
    return walk.times("may", "was_announced", "catch_up") == (1, 1, 2)


def test_a_pause_goes_through_few_rooms_and_is_decided_once(as_alice, numbers):
    """Its forms have a room of their own, and write between which days a pause may end; the person's row says whether the
    session still holds, and in which language its person reads; a product is named in it; and the receipt says once more what
    happens, and why then. Before all of it stands the gate of the admin.
    """
    walk = walk_of(as_alice, pausing, {}, *numbers)
    assert is_decided_once(walk)
    assert walk.rooms <= 49
    assert walk.moves <= 142


def test_a_request_to_cancel_goes_through_few_rooms_and_is_decided_once(as_alice, merchant, agent, numbers):
    """The view of the page stands before the one of all actions, for what a merchant offers there; each reason is worded for
    whoever reads; how far staff have read is a field, of a room of its own; and a receipt as after a pause.
    """
    walk = walk_of(as_alice, canceling, {"reason": "other", "message": "Moving"}, *numbers)
    assert is_decided_once(walk)
    assert walk.times("promise") == (1,)
    assert walk.rooms <= 68
    assert walk.moves <= 324


def test_keeping_goes_through_few_rooms_and_is_decided_once(as_alice, as_agent, numbers):
    """One room, before the others, sees to it that nobody acts with the eyes of a customer; two, asked for each name, know what
    is sold in each language; and one what colleagues did since the page was opened.
    """
    for number in numbers:
        confirm(as_alice, canceling(number), reason="other", message="")
    walk = walk_of(as_agent, keeping, {"agreement": "By phone: stays", "agreed_on": "2026-04-05"}, *numbers)
    assert is_decided_once(walk)
    assert walk.rooms <= 57
    assert walk.moves <= 170
