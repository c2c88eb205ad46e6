"""The staff's pages of tickets, requests and the queue. Importing it registers them with the admin."""

from support.admin import products, queue, requests, saved_replies, tickets

__all__ = ["products", "queue", "requests", "saved_replies", "tickets"]
