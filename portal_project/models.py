"""Empty, but there: Django sends `post_migrate` only to apps that have a models module, and `apps.py` waits for it."""
