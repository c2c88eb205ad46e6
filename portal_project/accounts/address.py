"""Changing the e-mail address that somebody signs in with (`docs/design.md`, The e-mail address).

Whatever changes one locks the row of its person first, so that what is asked, confirmed, dropped and undone at once comes one
after the other. Mails go to the outbox, in the same transaction.
"""

from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from portal_project.accounts import changes, second_step
from portal_project.accounts.models import AddressChange, User
from portal_project.accounts.models.address_change import CONFIRM, UNDO


class LinkGone(Exception):
    """It was used before, or is too old, or what was asked for is no longer wanted."""


class AddressTaken(Exception):
    """Another account has the address."""


@transaction.atomic
def ask(person: User, new_email: str, *, now: datetime) -> None:
    """Keep what is asked for, in place of what was asked before, and write to the new address."""
    user = _locked(person.pk)
    user.address_changes.pending().delete()
    until = now + timedelta(seconds=settings.ADDRESS_CONFIRM_TIMEOUT)
    change = AddressChange.objects.create(
        user=user, new_email=new_email, asked_at=now, asked_by=user, confirm_until=until
    )
    _write_to_the_new(change)


@transaction.atomic
def send_again(change: AddressChange, *, now: datetime) -> None:
    """The same link once more, which works from now on as long as a new one. Raises `LinkGone`."""
    change = _under_lock(change)
    if change.changed_at:
        raise LinkGone
    change.confirm_until = now + timedelta(seconds=settings.ADDRESS_CONFIRM_TIMEOUT)
    change.save(update_fields=["confirm_until"])
    _write_to_the_new(change)


@transaction.atomic
def confirm(change: AddressChange, *, now: datetime) -> User:
    """Make the change. Safe to repeat. Raises `LinkGone` and `AddressTaken`."""
    change = _under_lock(change)
    if change.is_in_force:
        return change.user
    if not change.can_be_confirmed(now):
        raise LinkGone
    _make(change, is_proven=True, now=now)
    user = change.user
    _give_receipt(
        user,
        "address_changed",
        _("Your e-mail address is changed"),
        _("You sign in with %(email)s from now on, and we write there. Everybody who was signed in is signed out."),
        [(_("Before"), change.old_email), (_("Now"), user.email)],
    )
    return user


@transaction.atomic
def change_by_staff(person: User, new_email: str, *, by: User, now: datetime) -> User:
    """What staff write needs no proof; the old address is told all the same. Raises `AddressTaken`."""
    user = _locked(person.pk)
    if user.email != new_email:
        _make(AddressChange(user=user, new_email=new_email, asked_at=now, asked_by=by), is_proven=False, now=now)
    return user


@transaction.atomic
def undo(change: AddressChange, *, now: datetime) -> User:
    """Give the account back to the old address: without what was changed since, sessions, password and the second step that
    was set up since. Raises as `confirm`.
    """
    change = _under_lock(change)
    if not change.can_be_undone(now):
        raise LinkGone
    user, lost = change.user, change.user.email
    user.set_unusable_password()
    second_step.forget_since(user, change.changed_at or now)
    change_address(user, change.old_email, is_proven=True, now=now)
    since = user.address_changes.filter(changed_at__gte=change.changed_at, undone_at=None)
    since.update(undone_at=now)
    if lost != user.email:
        get_adapter().send_mail("account/email/address_undone", lost, {"user": user})
    _give_receipt(
        user,
        "address_undone",
        _("Your e-mail address is back"),
        _("You sign in with %(email)s again. Everybody who was signed in is signed out, and the password is void."),
        [(_("Before"), lost), (_("Now"), user.email)],
    )
    return user


def change_address(user: User, email: str, *, is_proven: bool, now: datetime) -> None:
    """Write the address, and what hangs on it, with all else of the user; what was asked for before goes.

    The one place where an address changes, in the transaction and under the lock of whoever calls. Raises `AddressTaken`.
    """
    if User.objects.filter(email=email).exclude(pk=user.pk).exists():
        raise AddressTaken
    user.email, user.address_changed_at = email, now
    try:
        with transaction.atomic():
            # Signs in whoever comes by this address from now on, and nobody by another one (see `User.save`).
            user.save()
            if is_proven:
                EmailAddress.objects.update_or_create(
                    user=user, email=email, defaults={"verified": True, "primary": True}
                )
    except IntegrityError as error:
        # Somebody else got it at the same moment.
        raise AddressTaken from error
    user.address_changes.pending().delete()


def _locked(key: int) -> User:
    """Raises `PermissionDenied` where the customer is forgotten."""
    user = User.objects.select_for_update().get(pk=key)
    if user.forgotten_at:
        raise PermissionDenied
    return user


def _under_lock(change: AddressChange) -> AddressChange:
    """The change as it is now. Raises `LinkGone` where it was dropped, and where the person can no longer sign in."""
    user = _locked(change.user_id)
    found = user.address_changes.filter(pk=change.pk).first()
    if found is None or not user.is_active:
        raise LinkGone
    found.user = user
    return found


def _make(change: AddressChange, *, is_proven: bool, now: datetime) -> None:
    """The change itself, its row, and the mail to the old address."""
    user = change.user
    change.old_email, change.changed_at = user.email, now
    change.undo_until = now + timedelta(seconds=settings.ADDRESS_UNDO_TIMEOUT)
    # First, because it then no longer is what is only asked for.
    change.save()
    change_address(user, change.new_email, is_proven=is_proven, now=now)
    link = reverse("undo_address", args=[change.secret(UNDO)])
    by_staff = change.asked_by_id != user.pk
    get_adapter().send_mail(
        "account/email/address_changed",
        change.old_email,
        {"user": user, "undo_address_url": link, "by_staff": by_staff},
    )


def _give_receipt(user: User, kind: str, title: str, summary: str, facts: list[tuple[str, str]]) -> None:
    changes.tell(changes.Change(user, kind, title, summary % {"email": user.email}, facts))


def _write_to_the_new(change: AddressChange) -> None:
    """The link; or, to somebody who has an account by this address, that it was asked for. Who asks learns no difference."""
    if User.objects.filter(email=change.new_email).exclude(pk=change.user_id).exists():
        get_adapter().send_mail("account/email/address_taken", change.new_email, {})
    else:
        link = reverse("confirm_address", args=[change.secret(CONFIRM)])
        get_adapter().send_mail(
            "account/email/address_asked", change.new_email, {"user": change.user, "confirm_address_url": link}
        )
