"""What the support desk writes, and to whom. Tickets, cancellations and jobs call it."""
