from django.http import HttpRequest

from portal_project.accounts.models import User


def person(request: HttpRequest) -> User:
    """Who is signed in. Nobody else gets to a view: `LoginRequiredMiddleware` stands before it."""
    if not isinstance(request.user, User):
        raise TypeError("a view for signed-in people was reached without one")
    return request.user


def is_viewed(request: HttpRequest) -> bool:
    """Whether staff look with the eyes of the customer, so that nothing counts as seen (`docs/design.md`, View as customer)."""
    return getattr(request, "viewing", None) is not None
