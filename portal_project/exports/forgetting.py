"""What downloads say of a customer who is forgotten: the searches that name them. That somebody took a file stays."""

from portal_project.common import forgotten_searches
from portal_project.common.forgotten_searches import FORGOTTEN
from portal_project.common.personal_data import Eraser, Leaving
from portal_project.exports import files
from portal_project.exports.models import Export
from portal_project.mail.models import OutgoingMail


def _forget_searches(leaving: Leaving) -> None:
    """A file that waits with such a search is given up: what is left of the filters would find something else."""
    for key, query in _telling(leaving):
        # The mail of one that was given up has the list's address.
        OutgoingMail.objects.filter(key=files.mail_key(key), template=files.FAILED).delete()
        Export.objects.filter(pk=key).update(query=forgotten_searches.without(query, leaving), filters=FORGOTTEN)
        files.give_up(key, files.UNREADABLE)


def _telling(leaving: Leaving) -> list[tuple[int, str]]:
    """Keys and queries of those that name them, oldest first."""
    kept = Export.objects.exclude(query="", filters="").order_by("pk").values_list("pk", "query", "filters")
    return [
        (key, query)
        for key, query, filters in kept.iterator()
        if forgotten_searches.is_named_in(query, leaving) or forgotten_searches.names(filters, leaving)
    ]


OWN_ERASERS = [Eraser("What staff searched for when they downloaded a list, where it names them.", _forget_searches)]
