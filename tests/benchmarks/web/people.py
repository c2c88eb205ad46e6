"""Who visits, and the row that each of them acts on: what filling a side gives, and the visits are made of."""

from typing import NamedTuple

CUSTOMERS = ("page", "pause", "cancel", "request", "support")
"""Each has customers of its own, so that no act meets what another one left behind."""
LOOKED_AT = 100
"""Customers, or tickets, of a page that is only looked at."""
MINE = 25
"""Unfinished tickets of the agent whose queue is measured."""


class Visitor(NamedTuple):
    session: str
    about: str
    """The number of a subscription, or the key of a ticket."""
