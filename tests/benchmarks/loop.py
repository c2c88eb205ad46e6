"""What one would write first: each row locked, changed and saved by itself, with the same rules."""

from datetime import date

from django.db import transaction

from portal_project.accounts.models import InvoicedParty, Merchant
from subscriptions.billing import charges
from subscriptions.billing.catch_up import catch_up
from subscriptions.lifecycle import notifications
from subscriptions.models import EventKind, Invoice, InvoiceCounter, Subscription
from subscriptions.rules.states import next_step


def run(today: date) -> int:
    """Bring everything up to date as of today and return how many rows there were."""
    keys = list(Subscription.objects.due(today).values_list("pk", flat=True))
    for key in keys:
        with transaction.atomic():
            subscription = Subscription.objects.for_policies(today).select_for_update(of=("self",)).get(pk=key)
            catch_up(subscription, today)
            _save(subscription)
    return len(keys)


def _save(subscription: Subscription) -> None:
    step = next_step(subscription)
    subscription.due_on = step[0] if step else None
    subscription.save()
    for event in subscription.new_events:
        event.save()
        if mail := notifications.mail_about(event):
            mail.save()
        if event.kind == EventKind.CANCELED:
            subscription.invoices.filter(covers_from=event.effective_on, status=Invoice.Status.OPEN).update(
                status=Invoice.Status.VOID
            )
    for invoice in subscription.new_invoices:
        parties = InvoicedParty.objects.in_bulk([subscription.customer_id])
        charges.issue([invoice], Merchant.load(), parties, InvoiceCounter.take(1))
        invoice.save()
