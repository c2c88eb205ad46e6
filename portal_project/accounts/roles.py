"""Who may do what: one table, applied after every migrate (`docs/design.md`, Roles)."""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

MERCHANTS = "Merchants"
SUPPORT = "Support"

# An entry is `app.*`, or `app.codename`; `operate` is the right to use the verbs on other people's subscriptions.
ROLES: dict[str, tuple[str, ...]] = {
    MERCHANTS: (
        "products.*",
        "subscriptions.*",
        "support.*",
        "mail.*",
        "accounts.view_user",
        "accounts.add_user",
        "accounts.change_user",
        "accounts.forget_user",
        "accounts.view_as_customer",
        "accounts.view_viewing",
        "accounts.view_invoicedparty",
        "accounts.add_invoicedparty",
        "accounts.change_invoicedparty",
        "accounts.view_merchant",
        "accounts.change_merchant",
        "receipts.view_receipt",
        "exports.view_export",
    ),
    SUPPORT: (
        "products.view_product",
        "products.view_plan",
        "products.view_alternative",
        "products.view_cancellationreason",
        "subscriptions.view_subscription",
        "subscriptions.operate_subscription",
        "subscriptions.view_invoice",
        "subscriptions.view_linkedservice",
        "subscriptions.add_linkedservice",
        "subscriptions.change_linkedservice",
        "subscriptions.delete_linkedservice",
        "support.*",
        "accounts.view_user",
        "accounts.view_as_customer",
        "accounts.view_invoicedparty",
        "receipts.view_receipt",
        "exports.view_export",
    ),
}


def apply() -> None:
    """Give each role its group and exactly the permissions of the table."""
    for name, entries in ROLES.items():
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.set(_permissions(entries))


def _permissions(entries: tuple[str, ...]) -> list[Permission]:
    chosen = Q(pk__in=[])
    for entry in entries:
        app, _dot, codename = entry.partition(".")
        chosen |= Q(content_type__app_label=app) & (Q() if codename == "*" else Q(codename=codename))
    return list(Permission.objects.filter(chosen))
