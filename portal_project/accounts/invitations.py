"""Inviting staff: an account with rights and no password, and a mail with a link by which its owner chooses one."""

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.models import Group
from django.db import IntegrityError, models, transaction
from django.urls import reverse

from portal_project.accounts import roles
from portal_project.accounts.models import User


class Role(models.TextChoices):
    SUPPORT = "support", "Support: works through tickets, and acts on subscriptions"
    MERCHANT = "merchant", "Merchant: also sets products, plans and the business, and settles invoices"
    SUPERUSER = "superuser", "Superuser: may do everything, also give rights to staff"


GROUPS = {Role.SUPPORT: roles.SUPPORT, Role.MERCHANT: roles.MERCHANTS}


class AddressTaken(Exception):
    """Somebody has an account with this address."""


@transaction.atomic
def invite(email: str, name: str, role: Role) -> User:
    """Raises `AddressTaken`."""
    try:
        with transaction.atomic():
            person = User.objects.create_user(email, name=name, is_staff=True, is_superuser=role == Role.SUPERUSER)
    except IntegrityError as error:
        raise AddressTaken from error
    if role in GROUPS:
        person.groups.add(Group.objects.get(name=GROUPS[role]))
    send(person)
    return person


@transaction.atomic
def invite_again(person: User) -> bool:
    """A new link, where the invitation is still open; whether it is."""
    person = User.objects.select_for_update().get(pk=person.pk)
    is_open = is_waiting(person)
    if is_open:
        # No password takes the place of another, and with it the older link no longer works.
        person.set_unusable_password()
        person.save(update_fields=["password"])
        send(person)
    return is_open


def is_waiting(person: User) -> bool:
    """Whether somebody of staff has not signed in yet, nor chosen a password."""
    return person.is_staff and person.is_active and not person.last_login and not person.has_usable_password()


def send(person: User) -> None:
    """The link is one that resets a password, so that it lives as long, works once, and dies with a later password."""
    uid, key = user_pk_to_url_str(person), app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    url = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": key})
    context = {"user": person, "uid": uid, "invitation_url": url}
    get_adapter().send_mail("account/email/invitation", person.email, context)
