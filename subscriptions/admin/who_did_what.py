"""What staff did to subscriptions and invoices."""

from django.db.models import F, QuerySet
from django.urls import reverse

from portal_project.common.who_did_what import Source
from subscriptions.bulk import wording
from subscriptions.models import BulkAct, Invoice, PaymentFile, SubscriptionEvent
from subscriptions.models.event import Channel


def _events() -> QuerySet[SubscriptionEvent]:
    """One by one: what a bulk act has done stands on its page."""
    rows = SubscriptionEvent.objects.filter(channel=Channel.ADMIN, actor__isnull=False)
    rows = rows.exclude(actor=F("subscription__customer"))
    return rows.select_related("subscription__plan__product")


def _event(event: SubscriptionEvent) -> tuple[str, str]:
    url = reverse("admin:subscriptions_subscription_change", args=[event.subscription_id])
    return f"{event.subscription}: {event.get_kind_display()}", url


def _settled() -> QuerySet[Invoice]:
    """One by one: a file of payments and a bulk act are told as such. And not by a customer, who ends their subscription at once
    and so has voided what was open of it.
    """
    settled = Invoice.objects.filter(settled_by__isnull=False, settled_at__isnull=False, settled_in_bulk=False)
    return settled.exclude(settled_by=F("subscription__customer"))


def _invoice(invoice: Invoice) -> tuple[str, str]:
    did = "Payment recorded" if invoice.status == Invoice.Status.PAID else "Voided"
    return f"Invoice {invoice.label}: {did}", reverse("admin:subscriptions_invoice_change", args=[invoice.pk])


def _sent() -> QuerySet[PaymentFile]:
    return PaymentFile.objects.defer("content")


def _confirmed() -> QuerySet[PaymentFile]:
    return PaymentFile.objects.defer("content").filter(confirmed_at__isnull=False)


def _file(did: str, file: PaymentFile) -> tuple[str, str]:
    return f"Payment file “{file.name}”: {did}", reverse("admin:subscriptions_paymentfile_change", args=[file.pk])


def _acts() -> QuerySet[BulkAct]:
    return BulkAct.objects.defer("chosen")


def _acts_confirmed() -> QuerySet[BulkAct]:
    return _acts().filter(confirmed_at__isnull=False)


def _act(did: str, act: BulkAct) -> tuple[str, str]:
    count = act.to_do if act.confirmed_at else act.ready
    return f"Bulk act “{wording.asked(act, count)}”: {did}", act.get_absolute_url()


SUBSCRIPTIONS, PAYMENTS, BULK_ACTS = "Subscriptions", "Payments", "Bulk acts"
SOURCES = [
    Source("subscriptions.event", SUBSCRIPTIONS, _events, "recorded_at", "actor", _event),
    Source("subscriptions.invoice", PAYMENTS, _settled, "settled_at", "settled_by", _invoice),
    Source("subscriptions.file_sent", PAYMENTS, _sent, "sent_at", "sent_by", lambda file: _file("Sent in", file)),
    Source(
        "subscriptions.file_confirmed",
        PAYMENTS,
        _confirmed,
        "confirmed_at",
        "confirmed_by",
        lambda file: _file("Confirmed", file),
    ),
    Source("subscriptions.act_begun", BULK_ACTS, _acts, "began_at", "began_by", lambda act: _act("Begun", act)),
    Source(
        "subscriptions.act_confirmed",
        BULK_ACTS,
        _acts_confirmed,
        "confirmed_at",
        "confirmed_by",
        lambda act: _act("Confirmed", act),
    ),
]
