"""Searches of staff that name a customer who is being forgotten, wherever the address of a list is kept.

The words go, and the address finds nothing from then on: without them it would find more than somebody meant.
"""

from django.contrib.admin.views.main import SEARCH_VAR
from django.http import QueryDict

from portal_project.common.folding import TRIGRAM, fold, part, words
from portal_project.common.personal_data import Leaving

FORGOTTEN = "A search for a customer who is forgotten"


def names(text: str, leaving: Leaving) -> bool:
    """Whether what they are called, or an address of theirs, stands in the text as a whole."""
    return _holds(text, leaving.called)


def is_named_in(query: str, leaving: Leaving) -> bool:
    """Whether the address of a list with this query searches for them."""
    return without(query, leaving) != QueryDict(query).urlencode()


def without(query: str, leaving: Leaving) -> str:
    """The query with `FORGOTTEN` in the place of each value that tells of them."""
    sent = QueryDict(query, mutable=True)
    for name in list(sent):
        tells = _searches if name == SEARCH_VAR else names
        sent.setlist(name, [FORGOTTEN if tells(value, leaving) else value for value in sent.getlist(name)])
    return sent.urlencode()


def _searches(term: str, leaving: Leaving) -> bool:
    """Whether the search finds them, as a list would, or has a word of their name among others."""
    known = leaving.called | leaving.marks
    wanted, folded = words(term), fold("\n".join(known))
    finds_them = len(fold(term).strip()) >= TRIGRAM and all(part(word) in folded for word in wanted)
    return finds_them or _holds(term, known | {word for word in leaving.name.split() if len(word) >= TRIGRAM})


def _holds(text: str, wholes: frozenset[str]) -> bool:
    folded = f"{fold(text)} "
    return any(f"{whole} " in folded for whole in map(fold, wholes) if whole)
