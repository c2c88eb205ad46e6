"""Writing invoices: numbering new ones, and correcting those for days that an end takes away.

The rules: `docs/design.md`, Invoices and Cancellation requests.
"""

from collections.abc import Sequence
from datetime import date

from django.db.models import F
from django.utils import timezone

from portal_project.accounts.models import InvoicedParty, Merchant
from portal_project.common import bulk
from subscriptions.billing import charges
from subscriptions.billing.charges import End
from subscriptions.models import Channel, Invoice, InvoiceCounter, SubscriptionEvent


def issue(invoices: list[Invoice]) -> None:
    """Number and save new invoices. Comes last, because the counter's lock is the one that everybody waits for."""
    if invoices:
        customers = {invoice.subscription.customer_id for invoice in invoices}
        parties = {party.pk: party for party in InvoicedParty.objects.filter(user__pk__among=customers)}
        charges.issue(invoices, Merchant.load(), parties, InvoiceCounter.take(len(invoices)))
        bulk.insert(invoices)


def correct(events: Sequence[SubscriptionEvent], today: date) -> None:
    """Void or shorten the open invoices for days that the ends which these events tell of have taken away; what is paid stays.

    Nothing is read where nobody was billed beyond the end, as for nearly everybody whose notice is over.
    """
    ended = {event.subscription_id: event for event in events if event.subscription.period_end > event.effective_on}
    if not ended:
        return
    corrections = [
        (event, correction)
        for event, invoice in _open_beyond(ended)
        if (correction := charges.correction(invoice, event.subscription, End.told_by(event), today))
    ]
    _void([(correction.void, event) for event, correction in corrections])
    issue([correction.instead for _event, correction in corrections if correction.instead])


def _open_beyond(ended: dict[int, SubscriptionEvent]) -> list[tuple[SubscriptionEvent, Invoice]]:
    """The open invoices for days after an end, by the end's event."""
    beyond = Invoice.objects.filter(
        subscription__in=ended, status=Invoice.Status.OPEN, covers_to__gt=F("subscription__canceled_on")
    )
    # Locked, because somebody may be recording a payment at this moment.
    return [(ended[invoice.subscription_id], invoice) for invoice in beyond.select_for_update(of=("self",))]


def _void(invoices: Sequence[tuple[Invoice, SubscriptionEvent]]) -> None:
    """Each with the end of its subscription: by whoever ended it, or by nobody where the end came by itself."""
    now = timezone.now()
    for invoice, event in invoices:
        invoice.status, invoice.settled_by, invoice.settled_at = Invoice.Status.VOID, event.actor, now
        invoice.settled_in_bulk = event.channel == Channel.BULK
    bulk.update([invoice for invoice, _event in invoices], ["status", *Invoice.SETTLED])
