"""What staff changed by the forms of the admin, in whichever app, and whom they looked at the portal as."""

from collections.abc import Callable

from django.contrib.admin.models import DELETION, LogEntry
from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse

from portal_project.accounts.models import User, Viewing
from portal_project.common.who_did_what import Source

PEOPLE = Q(content_type__app_label="accounts", content_type__model__in=("user", "customer")) | Q(
    content_type__app_label="auth"
)
BULK_ACTS = Q(content_type__app_label="subscriptions", content_type__model="bulkact")
PAYMENTS = Q(content_type__app_label="subscriptions", content_type__model__in=("invoice", "paymentfile"))
SUBSCRIPTION_APP = Q(content_type__app_label="subscriptions")
SUBSCRIPTIONS = SUBSCRIPTION_APP & ~BULK_ACTS & ~PAYMENTS
MAILS = Q(content_type__app_label="mail")
# Of these there is no page for whoever is no superuser.
WITHOUT_PAGE = ("auth", "django_q")


def _entries(which: Q) -> Callable[[], QuerySet[LogEntry]]:
    return lambda: LogEntry.objects.filter(which).select_related("content_type")


def _entry(entry: LogEntry) -> tuple[str, str]:
    # Nothing is left of what was changed about a customer who is forgotten.
    what = entry.get_change_message() or ("Deleted" if entry.action_flag == DELETION else "Changed")
    return f"{entry.object_repr}: {what.removesuffix('.')}", _page(entry)


def _page(entry: LogEntry) -> str:
    """Where each version of the settings is kept, and else the page of what was changed."""
    kind = entry.content_type
    if entry.action_flag == DELETION or kind is None or kind.app_label in WITHOUT_PAGE:
        return ""
    page, args = ("history" if kind.app_label == "products" else "change"), [entry.object_id]
    if not entry.object_id:
        page, args = "changelist", []
    try:
        return reverse(f"admin:{kind.app_label}_{kind.model}_{page}", args=args)
    except NoReverseMatch:
        return ""


def _viewings() -> QuerySet[Viewing]:
    return Viewing.objects.select_related("customer")


def _viewing(viewing: Viewing) -> tuple[str, str]:
    url = reverse("admin:accounts_customer_change", args=[viewing.customer_id])
    return f"Saw the portal as {viewing.customer.get_full_name()}", url


def _forgotten() -> QuerySet[User]:
    return User.objects.filter(forgotten_by__isnull=False)


def _forgetting(customer: User) -> tuple[str, str]:
    return f"Customer {customer.number}: Forgotten", reverse("admin:accounts_customer_change", args=[customer.pk])


SOURCES = [
    Source("accounts.log", "Accounts", _entries(PEOPLE), "action_time", "user", _entry),
    Source("subscriptions.log", "Subscriptions", _entries(SUBSCRIPTIONS), "action_time", "user", _entry),
    Source("bulk_acts.log", "Bulk acts", _entries(BULK_ACTS), "action_time", "user", _entry),
    Source("payments.log", "Payments", _entries(PAYMENTS), "action_time", "user", _entry),
    Source("mail.log", "Mails", _entries(MAILS), "action_time", "user", _entry),
    Source("settings.log", "Settings", _entries(~(PEOPLE | SUBSCRIPTION_APP | MAILS)), "action_time", "user", _entry),
    Source("accounts.forgotten", "Accounts", _forgotten, "forgotten_at", "forgotten_by", _forgetting),
    Source("accounts.viewing", "Views as customer", _viewings, "begun_at", "staff", _viewing),
]
