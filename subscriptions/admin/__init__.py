"""The merchant's pages of subscriptions and invoices. Importing it registers them with the admin."""

from subscriptions.admin import invoices, payment_files, start, subscriptions

__all__ = ["invoices", "payment_files", "start", "subscriptions"]
