"""Tickets and their conversation: opening, answering, attaching, sorting. Cancellations, jobs and pages use it."""
