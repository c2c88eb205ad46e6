from subscriptions.models.bulk_act import BulkAct, BulkRow
from subscriptions.models.event import Accepted, Channel, EventKind, SubscriptionEvent
from subscriptions.models.invoice import Invoice, InvoiceCounter, LineKind
from subscriptions.models.job_run import JobRun
from subscriptions.models.linked_service import LinkedService
from subscriptions.models.payment_file import PaymentFile, RefusedPayment
from subscriptions.models.snapshot import Figures, Snapshot
from subscriptions.models.subscription import RENEWS_AFTER_LONG, Subscription, SubscriptionQuerySet

__all__ = [
    "RENEWS_AFTER_LONG",
    "Accepted",
    "BulkAct",
    "BulkRow",
    "Channel",
    "EventKind",
    "Figures",
    "Invoice",
    "InvoiceCounter",
    "JobRun",
    "LineKind",
    "LinkedService",
    "PaymentFile",
    "RefusedPayment",
    "Snapshot",
    "Subscription",
    "SubscriptionEvent",
    "SubscriptionQuerySet",
]
