"""The merchant's pages of subscriptions and invoices. Importing it registers them with the admin."""

from subscriptions.admin import invoices, start, subscriptions

__all__ = ["invoices", "start", "subscriptions"]
