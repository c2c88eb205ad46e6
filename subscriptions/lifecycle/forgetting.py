"""What of subscriptions and invoices stands in the way of forgetting a customer, and what goes beside the tables."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from portal_project.common import forgotten_searches
from portal_project.common.personal_data import Eraser, Leaving
from portal_project.mail.forgetting import delete_of_threads
from subscriptions.models import BulkAct, Invoice, Subscription

NAMED = 10


def in_the_way(customer: int) -> Iterator[str]:
    running = Subscription.objects.filter(customer=customer).running().order_by("pk")
    for number in running.values_list("number", flat=True)[:NAMED]:
        yield _("Subscription %(number)s has not ended.") % {"number": number}
    unpaid = Invoice.objects.filter(subscription__customer=customer, status=Invoice.Status.OPEN).order_by("number")
    for invoice in unpaid[:NAMED]:
        text = _("Invoice %(number)s over %(total)s is open: record its payment, or void it.")
        yield text % {"number": invoice.label, "total": invoice.total}


def _delete_mails(leaving: Leaving) -> None:
    numbers = Subscription.objects.filter(customer=leaving.key).values_list("number", flat=True)
    delete_of_threads(list(numbers))


def _forget_searches(leaving: Leaving) -> None:
    """Of acts on all that a list found. Once it is counted, an act goes by its rows; until then it goes by the search, and so
    it goes with it.
    """
    kept = BulkAct.objects.exclude(query="").order_by("pk").values_list("pk", "query")
    telling = [key for key, query in kept if forgotten_searches.is_named_in(query, leaving)]
    for act in BulkAct.objects.select_for_update(of=("self",)).filter(pk__in=telling).order_by("pk"):
        if act.is_counted:
            act.query = forgotten_searches.without(act.query, leaving)
            act.save(update_fields=["query"])
        else:
            act.rows.all()._raw_delete(act.rows.db)
            act.delete()


OWN_ERASERS = [
    Eraser("", _delete_mails),
    Eraser(
        "What staff searched for to act on all subscriptions found, where it names them; such an act is discarded where "
        "it is still being counted.",
        _forget_searches,
    ),
]
