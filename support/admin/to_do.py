"""What waits for staff at the support desk."""

from functools import partial

from django.urls import reverse

from portal_project.common.to_do import ToDo
from support.models import Offer, Ticket
from support.queue import steps
from support.queue.filters import LATE
from support.queue.rows import STEPS, late


def _queue(query: str) -> str:
    return f"{reverse('admin:support_ticket_changelist')}?{query}"


TO_DO = [
    ToDo(
        20,
        "Late tickets",
        "support.view_ticket",
        partial(late, Ticket.objects.all()),
        lambda today: _queue(f"acts={LATE}"),
    ),
    ToDo(
        30,
        "Open offers",
        "support.view_offer",
        lambda today: Offer.objects.open(),
        lambda today: f"{reverse('admin:support_offer_changelist')}?state__exact={Offer.State.OPEN}",
    ),
    ToDo(
        40,
        "Wind-down steps that are due",
        "support.view_ticket",
        steps.due,
        lambda today: _queue(f"tab={STEPS}&show=due"),
    ),
    ToDo(
        41,
        "Wind-down steps of which a provider could not be told",
        "support.view_ticket",
        lambda today: steps.failed(),
        lambda today: _queue(f"tab={STEPS}&show=failed"),
    ),
]
