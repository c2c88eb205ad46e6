"""What people did by themselves, in writing: the page after the act, and the mail about it (`docs/design.md`, Receipts)."""
