"""The customers of a file: that each has one address and one ID, and those who are written with its subscriptions."""

from collections import ChainMap
from collections.abc import Iterable, MutableMapping, Sequence
from dataclasses import dataclass, field

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from portal_project.accounts.models import InvoicedParty, User
from portal_project.common import bulk, normalize, numbers
from portal_project.common.csv_files import Line
from portal_project.common.parsing import quoted
from subscriptions.importing.customer_cells import Customer


@dataclass
class Identities:
    """Which customer has which ID, each as it was met first: in the portal, or on a line of the file."""

    emails: MutableMapping[str, tuple[str, str]] = field(default_factory=dict)
    """By ID: the address, and where it stands."""
    ids: MutableMapping[str, tuple[str, str]] = field(default_factory=dict)
    """By address: the ID, and where it stands."""
    staff: set[str] = field(default_factory=set)
    """The addresses of staff."""

    def of_file(self, lines: Iterable[Line]) -> None:
        for line in lines:
            if external_id := _external_id(line):
                self._add(_email(line), external_id, _("on line %(line)d") % {"line": line.number})

    def there(self, lines: Sequence[Line]) -> "Identities":
        """With what the portal knows of these lines' customers, which comes before what the file says."""
        emails, ids = {_email(line) for line in lines}, {_external_id(line) for line in lines} - {""}
        users = User.objects.alias(lower=Lower("email"))
        found = list(users.filter(lower__in=emails))
        # Searched apart, because together neither has an index.
        found += users.filter(external_id__in=ids) if ids else []
        known = Identities(staff={user.email.lower() for user in found if user.is_staff})
        for user in found:
            if user.external_id:
                known._add(user.email.lower(), user.external_id, _("in the portal"))
        return Identities(ChainMap(known.emails, self.emails), ChainMap(known.ids, self.ids), known.staff)

    def _add(self, email: str, external_id: str, where: str) -> None:
        self.emails.setdefault(external_id, (email, where))
        self.ids.setdefault(email, (external_id, where))

    def problem(self, email: str, external_id: str) -> str:
        """Why that address cannot have that ID, or empty."""
        other, where = self.emails.get(external_id, (email, ""))
        if other != email:
            message = _("%(cell)s is the ID of %(email)s %(where)s; give each customer an ID of their own")
            return message % {"cell": quoted(external_id), "email": other, "where": where}
        other, where = self.ids.get(email, (external_id, ""))
        if other != external_id:
            message = _("%(email)s has the ID %(other)s %(where)s; a customer has one")
            return message % {"email": email, "other": quoted(other), "where": where}
        return ""


def save(customers: Sequence[Customer]) -> tuple[dict[str, User], int]:
    """Those users by address in lower case, and how many of them are new: they sign in with a code sent by e-mail.

    Who is known keeps what they have; an ID and a party are taken where they have none, from the first row that gives one.
    """
    given: dict[str, Customer] = {}
    for customer in customers:
        given[customer.email] = _filled(given.get(customer.email, customer), customer)
    users = User.objects.alias(lower=Lower("email"))
    found: dict[str, User] = {user.email.lower(): user for user in users.filter(lower__in=given)}
    new = [
        User(email=email, name=customer.name, external_id=customer.external_id or None)
        for email, customer in given.items()
        if email not in found
    ]
    for user in new:
        user.set_unusable_password()
    numbers.draw_free(User.objects, new, numbers.CUSTOMER)
    User.objects.bulk_create(new)
    _identify(found, given)
    users_by_email = found | {user.email: user for user in new}
    _save_parties(users_by_email, given)
    return users_by_email, len(new)


def _filled(first: Customer, other: Customer) -> Customer:
    """The first one, with what only the other one says."""
    name, external_id = first.name or other.name, first.external_id or other.external_id
    return Customer(first.email, name, external_id, first.party or other.party)


def _identify(found: dict[str, User], given: dict[str, Customer]) -> None:
    """Give those who are known the IDs that they lack."""
    lacking = [user for email, user in found.items() if given[email].external_id and not user.external_id]
    for user in lacking:
        user.external_id = given[user.email.lower()].external_id
    bulk.update(lacking, ["external_id"])


def _save_parties(users: dict[str, User], given: dict[str, Customer]) -> None:
    parties = {email: customer.party for email, customer in given.items() if customer.party}
    if parties:
        rows = [InvoicedParty(user=users[email], **party) for email, party in parties.items()]
        # Who has one keeps it.
        InvoicedParty.objects.bulk_create(rows, ignore_conflicts=True)


def _email(line: Line) -> str:
    return normalize.address(line.cells["customer_email"])


def _external_id(line: Line) -> str:
    return normalize.identifier(line.cells.get("customer_external_id", ""))
