"""Forgetting a customer, over the tables of all apps, and what stands in the way (`docs/design.md`, Being forgotten)."""

import secrets
from collections.abc import Iterable, Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal_project.accounts import languages
from portal_project.accounts.models import InvoicedParty, SavedView, User
from portal_project.accounts.models.user import NOWHERE
from portal_project.common import forgotten_searches
from portal_project.common.personal_data import ERASERS, OBSTACLES, TABLES, Deleted, Eraser, Kept, Leaving
from portal_project.common.search import SearchTextField

FORGET = "accounts.forget_user"
AT_ONCE = 1000


class Refused(Exception):
    """Something stands in the way, so nothing was done; `reasons` are sentences."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__()
        self.reasons = reasons


def in_the_way(user: User) -> list[str]:
    """Why the customer cannot be forgotten now, in sentences; empty where nothing stands in the way."""
    if user.is_staff:
        return [_("This is an account of staff. Switch it off instead.")]
    return [reason for obstacle in OBSTACLES for reason in obstacle(user.pk)]


def forget(user: User, *, by: User) -> bool:
    """Forget the customer, and return whether that was still to be done. Raises `Refused`, and then does nothing.

    Whoever writes something of the customer holds their row, as `hold` does; so nothing is written beside it.
    """
    with transaction.atomic():
        found = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
        if found.forgotten_at:
            return False
        if reasons := in_the_way(found):
            raise Refused(reasons)
        leaving = _leaving(found, by)
        for eraser in ERASERS:
            eraser.erase(leaving)
        # Backwards, because rows that hang on others are told of after them.
        for table in reversed(TABLES):
            rows = table.all_rows(leaving.key)
            if isinstance(table.once_forgotten, Deleted):
                rows.delete()
            else:
                _overwrite(rows, table.once_forgotten, leaving)
    return True


def hold(user: User) -> None:
    """Keep the customer from being forgotten until the transaction ends. Raises `PermissionDenied` where they are already."""
    rows = User.objects.select_for_update(of=("self",), no_key=True).filter(pk=user.pk)
    if any(forgotten_at for (forgotten_at,) in rows.values_list("forgotten_at")):
        raise PermissionDenied


def _leaving(user: User, by: User) -> Leaving:
    addresses, party = _addresses(user), InvoicedParty.of(user)
    called = frozenset(filter(None, [user.name, party.company, party.invoice_email, *addresses]))
    marks = frozenset(filter(None, [user.external_id, user.phone]))
    return Leaving(
        user.pk,
        user.number,
        user.name,
        user.email,
        addresses,
        called,
        marks,
        language=languages.of(user),
        by=by.pk,
        at=timezone.now(),
    )


def _addresses(user: User) -> frozenset[str]:
    """The present one, earlier ones, and one that was only asked for."""
    noted = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    changes = user.address_changes.values_list("old_email", "new_email")
    return frozenset([user.email, *noted, *(each for both in changes for each in both if each)])


def _overwrite(rows: Any, kept: Kept, leaving: Leaving) -> None:
    if not kept.overwritten:
        return
    values = {name: new(leaving) if callable(new) else new for name, new in kept.overwritten.items()}
    if any(isinstance(each, SearchTextField) for each in rows.model._meta.concrete_fields):
        for row in rows:
            _save(row, values)
    else:
        rows.update(**values)


def _save(row: Model, values: dict[str, Any]) -> None:
    """One by one, so that what is searched is written anew too."""
    for name, new in values.items():
        setattr(row, name, new)
    row.save(update_fields=list(values))


def _end_sessions(leaving: Leaving) -> None:
    keys = UserSession.objects.filter(user=leaving.key).values("session_key")
    Session.objects.filter(session_key__in=keys).delete()


def _delete_views(leaving: Leaving) -> None:
    """Those of staff that name them. Without its search, a view would list everybody."""
    kept = SavedView.objects.values_list("pk", "name", "query")
    telling = [
        key
        for key, name, query in kept
        if forgotten_searches.names(name, leaving) or forgotten_searches.is_named_in(query, leaving)
    ]
    SavedView.objects.filter(pk__in=telling).delete()


def _empty_log(leaving: Leaving) -> None:
    """What staff changed in the admin is noted with the name of the row, and of what hung on it."""
    for table in TABLES:
        about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(table.model))
        for keys in _batches(table.all_rows(leaving.key).values_list("pk", flat=True)):
            about.filter(object_id__in=keys).update(object_repr=leaving.number, change_message="")


def _batches(keys: Iterable[Any]) -> Iterator[list[str]]:
    every = [str(key) for key in keys]
    for first in range(0, len(every), AT_ONCE):
        yield every[first : first + AT_ONCE]


ACCOUNT = Kept(
    what=gettext_lazy("The account, as a forgotten customer with a number."),
    why=gettext_lazy("Invoices and tickets name it."),
    goes=gettext_lazy("Name, e-mail address, phone, external ID and password: nobody signs in with the account again."),
    columns=("id", "number", "is_staff", "is_superuser", "date_joined"),
    overwritten={
        "name": lambda leaving: _("Forgotten customer %(number)s") % {"number": leaving.number},
        # Nobody can guess it, nor ask by it whether it is there.
        "email": lambda leaving: f"{secrets.token_hex(8)}@{NOWHERE}",
        "phone": "",
        "external_id": None,
        "password": lambda leaving: make_password(None),
        "is_active": False,
        "wants_status_mails": False,
        "wants_reminders": False,
        "address_changed_at": None,
        "appearance": User.Appearance.SYSTEM,
        "language": "",
        "last_language": "",
        "last_login": None,
        "forgotten_at": lambda leaving: leaving.at,
        "forgotten_by_id": lambda leaving: leaving.by,
    },
)

OWN_ERASERS = [
    Eraser(gettext_lazy("What the admin’s history calls them and their rows."), _empty_log),
    Eraser("Views of lists that staff have saved with a search for them.", _delete_views),
    Eraser("", _end_sessions),
]
