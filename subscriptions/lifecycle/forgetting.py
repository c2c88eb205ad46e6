"""What of subscriptions and invoices stands in the way of forgetting a customer, and what goes beside the tables."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from portal_project.common.personal_data import Eraser, Leaving
from portal_project.mail.forgetting import delete_of_threads
from subscriptions.models import Invoice, Subscription

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


OWN_ERASERS = [Eraser("", _delete_mails)]
