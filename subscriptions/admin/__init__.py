"""The merchant's pages of subscriptions and invoices. Importing it registers them with the admin."""

from subscriptions.admin import bulk_acts, invoices, payment_files, start, subscriptions

__all__ = ["bulk_acts", "invoices", "payment_files", "start", "subscriptions"]
