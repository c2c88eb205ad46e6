"""One act on many subscriptions: counted, confirmed, and done by the worker in batches (`docs/design.md`, Bulk acts).

Each row by the same form, verdict, effect, history and mail as one click. The admin and the worker use it.
"""
