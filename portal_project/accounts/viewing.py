"""Staff see the portal as a customer sees it, reading only (`docs/design.md`, View as customer).

It hangs on the session of the staff, who stay signed in as themselves: for the portal's pages `viewing_middleware` puts the
customer in their place, and in the admin they are who they are.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from portal_project.accounts.models import User, Viewing

VIEW_AS = "accounts.view_as_customer"
LONGEST = timedelta(minutes=30)
KEY = "viewing"


class Refused(Exception):
    """Nobody may see the portal as this person; the reason is a sentence."""


def begin(request: HttpRequest, customer: User, *, by: User) -> Viewing:
    """Let `by` see the portal as the customer, in this session, in the place of another one. Raises `Refused`."""
    now = timezone.now()
    with transaction.atomic():
        found = User.objects.select_for_update(of=("self",), no_key=True).get(pk=customer.pk)
        if reason := in_the_way(found):
            raise Refused(reason)
        end(request, now)
        viewing = Viewing.objects.create(staff=by, customer=found, begun_at=now, ends_at=now + LONGEST)
    request.session[KEY] = viewing.pk
    return viewing


def in_the_way(person: User) -> str:
    """Why nobody may see the portal as this person, or empty."""
    if person.is_staff or person.is_superuser:
        return "This is an account of staff, who have the admin."
    if person.forgotten_at:
        return "This customer is forgotten."
    return "" if person.is_active else "This account is switched off, so there is nothing that the customer sees."


def of_session(request: HttpRequest) -> Viewing | None:
    """That of this session, whether or not it goes on; its `staff` is who is signed in."""
    if KEY not in request.session or not isinstance(request.user, User):
        return None
    viewing = Viewing.objects.select_related("customer").filter(pk=request.session[KEY], staff=request.user).first()
    if viewing:
        viewing.staff = request.user
    return viewing


def goes_on(viewing: Viewing, now: datetime) -> bool:
    """Whether its time is not over, and whoever looks and whoever is seen are still those who may."""
    return now < viewing.ends_at and viewing.staff.has_perm(VIEW_AS) and not in_the_way(viewing.customer)


def end(request: HttpRequest, now: datetime) -> Viewing | None:
    """End the one of this session, if there is one. Safe to repeat: it ended when it ended first."""
    viewing = of_session(request)
    request.session.pop(KEY, None)
    if viewing:
        Viewing.objects.filter(pk=viewing.pk, ends_at__gt=now).update(ends_at=now)
    return viewing


def end_with_session(request: HttpRequest | None, **_signal: object) -> None:
    """Whoever signs out looks no longer."""
    if request is not None:
        end(request, timezone.now())
