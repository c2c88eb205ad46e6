"""Confirming an action: its form, the decision under the lock, and the page. The portal and the admins of both apps use it."""
