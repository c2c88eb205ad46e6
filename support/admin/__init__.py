"""The staff's pages of tickets, requests and the queue. Importing it registers them with the admin."""

from support.admin import alternatives, customers, offers, products, queue, requests, saved_replies, step_list, tickets

__all__ = [
    "alternatives",
    "customers",
    "offers",
    "products",
    "queue",
    "requests",
    "saved_replies",
    "step_list",
    "tickets",
]
