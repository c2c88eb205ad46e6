"""Drafts: what somebody typed and could not send, kept in the session until they send it. Every app may `keep` one.

The session may end while somebody types, and the sign-in answers before any view does. So every form carries, signed, whose
page it stands on and the address of that page (`marks`). What comes without a session, or with the CSRF token of an earlier
one, is kept for that account alone (`store`) and leads through the sign-in to that page (`middleware`), where Django's own
forms take it as initial values (`filling`).

Nothing is ever sent again by itself. Whoever presses the button sends the page of now: its tokens and the signed effect it
announces are fresh, it offers what this person may do now, and a page that they may not see shows nothing. A mark on the page
and not a cookie, because a cookie names whoever signed in last, and the page may be another's.
"""

from portal_project.common.drafts.store import keep

__all__ = ["keep"]
