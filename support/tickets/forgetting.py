"""What of the support desk stands in the way of forgetting a customer, and what goes beside the tables."""

from collections.abc import Iterator

import structlog
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal_project.accounts.models import User
from portal_project.common.personal_data import Eraser, Leaving
from portal_project.mail.forgetting import delete_of_threads
from support.models import Attachment, Ticket, TicketEvent, TicketQuerySet, UnwantedFile
from support.queue import steps
from support.tickets import triage

log = structlog.get_logger(__name__)
NAMED = 10


def in_the_way(customer: int) -> Iterator[str]:
    open_tickets = _tickets(customer).unfinished().exclude(type=Ticket.Type.FORGET).order_by("pk")
    for number in open_tickets.values_list("number", flat=True)[:NAMED]:
        yield _("Ticket %(number)s is not finished.") % {"number": number}
    undone = steps.to_do().filter(service__subscription__customer=customer).select_related("service")
    for step in undone[:NAMED]:
        values = {"service": step.service.name, "what": step.what}
        yield _("A step of the wind-down is not done: %(what)s, %(service)s.") % values


def delete_unwanted_files() -> None:
    """Take them off the disk. Safe to repeat and to run in parallel; what the disk refuses is tried again by the next run."""
    for unwanted in UnwantedFile.objects.order_by("pk"):
        try:
            default_storage.delete(unwanted.path)
        except OSError as error:
            log.warning("file not deleted", path=unwanted.path, error=str(error))
        else:
            unwanted.delete()


def _tickets(customer: int) -> TicketQuerySet:
    return Ticket.objects.filter(customer=customer)


def _finish_the_request(leaving: Leaving) -> None:
    requests = _tickets(leaving.key).unfinished().values_list("pk", flat=True)
    by = User.objects.get(pk=leaving.by)
    triage.change(requests, by=by, today=localdate(leaving.at), status=Ticket.Status.RESOLVED)


def _delete_files(leaving: Leaving) -> None:
    paths = Attachment.objects.filter(message__ticket__customer=leaving.key).values_list("file", flat=True)
    UnwantedFile.objects.bulk_create(UnwantedFile(path=path) for path in paths)
    transaction.on_commit(delete_unwanted_files, robust=True)


def _delete_mails(leaving: Leaving) -> None:
    delete_of_threads(list(_tickets(leaving.key).values_list("number", flat=True)))


def _delete_looks(leaving: Leaving) -> None:
    TicketEvent.objects.filter(ticket__customer=leaving.key, kind=TicketEvent.Kind.VIEWED).delete()


OWN_ERASERS = [
    Eraser("", _finish_the_request),
    Eraser("", _delete_files),
    Eraser(gettext_lazy("Mails about their tickets and subscriptions, those to staff included."), _delete_mails),
    Eraser(gettext_lazy("When they looked at answers."), _delete_looks),
]
