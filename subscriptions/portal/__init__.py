"""The customer's pages of subscriptions and invoices. Only the portals import it."""
