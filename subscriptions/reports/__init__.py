"""How the business stands: subscriptions counted day by day, from rows and from their history (`docs/design.md`, Numbers).

Reads subscriptions and their events, and writes snapshots alone.
"""
