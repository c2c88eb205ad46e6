"""The customer's pages of tickets and requests. Nothing but `urls` imports it."""
