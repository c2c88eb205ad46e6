from django.http import HttpRequest

from portal_project.accounts.models import User


def person(request: HttpRequest) -> User:
    """Who is signed in. Nobody else gets to a view: `LoginRequiredMiddleware` stands before it."""
    if not isinstance(request.user, User):
        raise TypeError("a view for signed-in people was reached without one")
    return request.user
