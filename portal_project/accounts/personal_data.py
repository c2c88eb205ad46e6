from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils.translation import gettext_lazy as _

from portal_project.accounts.forgetting import ACCOUNT
from portal_project.accounts.models import AddressChange, InvoicedParty, User, Viewing
from portal_project.common.personal_data import Deleted, Kept, Table

OF_STAFF = "about staff accounts"
FORGOTTEN = "nobody who is forgotten signs in"

PERSONAL_DATA = [
    Table(
        name="account",
        about=_("Your account: name, addresses, settings"),
        model=User,
        person="pk",
        columns=(
            "number",
            "external_id",
            "email",
            "name",
            "phone",
            "appearance",
            "language",
            "last_language",
            "wants_status_mails",
            "wants_reminders",
            "date_joined",
            "address_changed_at",
            "last_login",
            "is_active",
        ),
        once_forgotten=ACCOUNT,
        left_out={
            "password": "a secret",
            "is_superuser": OF_STAFF,
            "is_staff": OF_STAFF,
            "forgotten_at": FORGOTTEN,
            "forgotten_by": FORGOTTEN,
        },
    ),
    Table(
        name="email_addresses",
        about=_("The e-mail addresses that you sign in with"),
        model=EmailAddress,
        person="user",
        columns=("email", "verified", "primary"),
        once_forgotten=Deleted("The addresses that they signed in with."),
    ),
    Table(
        name="address_changes",
        about=_("When your e-mail address was changed, and what it was before"),
        model=AddressChange,
        person="user",
        columns=(
            "old_email",
            "new_email",
            "asked_at",
            "confirm_until",
            "changed_at",
            "undo_until",
            "undone_at",
        ),
        once_forgotten=Deleted("Their earlier addresses, and when they changed them."),
        left_out={"asked_by": "who of the staff"},
    ),
    Table(
        name="sessions",
        about=_("Where you are signed in: browser, IP address, since when, and when you were last seen"),
        model=UserSession,
        person="user",
        columns=("user_agent", "ip", "created_at", "last_seen_at"),
        once_forgotten=Deleted(
            "Where they are signed in: they are signed out everywhere, with all that they had typed."
        ),
        left_out={"session_key": "a secret of the browser", "data": "nothing is kept there"},
    ),
    Table(
        name="second_steps",
        about=_("What you sign in with besides your password: kind, name, since when, and when it was last used"),
        model=Authenticator,
        person="user",
        # Of the data only what somebody called their passkey: the rest are secrets, and keys that only programs read.
        columns=("type", "data__name", "created_at", "last_used_at"),
        once_forgotten=Deleted("What they sign in with besides the password, and instead of it."),
    ),
    Table(
        name="views_by_staff",
        about=_("When our staff saw the portal as you see it, to help you; they can change nothing there"),
        model=Viewing,
        person="customer",
        columns=("begun_at", "ends_at"),
        once_forgotten=Kept(
            what="When staff saw the portal as they would see it.",
            why="It says what staff did, and no longer of whom.",
            columns=("id", "staff", "customer", "begun_at", "ends_at"),
        ),
        left_out={"staff": "who of the staff"},
    ),
    Table(
        name="invoiced_party",
        about=_("Who we invoice for you"),
        model=InvoicedParty,
        person="user",
        columns=(
            "kind",
            "company",
            "second_line",
            "street",
            "postal_code",
            "city",
            "region",
            "country",
            "vat_number",
            "invoice_email",
        ),
        once_forgotten=Deleted("Who is invoiced for them: company, address, VAT number, second e-mail address."),
    ),
]
