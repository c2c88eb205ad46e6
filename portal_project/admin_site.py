"""The admin's header and navigation."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

# Per group its entries: title, Material symbol, name of the page in the admin, and the permission that shows it.
NAVIGATION: list[tuple[Any, list[tuple[Any, str, str, str]]]] = [
    (
        _("Support"),
        [
            (_("Tickets"), "support_agent", "support_ticket_changelist", "support.view_ticket"),
            (
                _("Cancellation requests"),
                "logout",
                "support_cancellationrequest_changelist",
                "support.view_cancellationrequest",
            ),
            (_("Offers"), "redeem", "support_offer_changelist", "support.view_offer"),
            (
                _("Cancellations"),
                "monitoring",
                "support_cancellationrequest_leaving",
                "support.view_cancellationrequest",
            ),
            (
                _("Alternatives"),
                "alt_route",
                "support_alternativeshowing_changelist",
                "support.view_alternativeshowing",
            ),
            (_("Saved replies"), "quickreply", "support_savedreply_changelist", "support.view_savedreply"),
        ],
    ),
    (
        _("Subscriptions"),
        [
            (_("Customers"), "person_search", "accounts_customer_changelist", "accounts.view_user"),
            (
                _("Subscriptions"),
                "autorenew",
                "subscriptions_subscription_changelist",
                "subscriptions.view_subscription",
            ),
            (_("Invoices"), "receipt_long", "subscriptions_invoice_changelist", "subscriptions.view_invoice"),
            (_("Receipts"), "task", "receipts_receipt_changelist", "receipts.view_receipt"),
            (_("Payment files"), "upload_file", "subscriptions_paymentfile_changelist", "subscriptions.change_invoice"),
            (_("Bulk acts"), "checklist", "subscriptions_bulkact_changelist", "subscriptions.view_bulkact"),
            (_("Products"), "sell", "products_product_changelist", "products.view_product"),
            (_("Plans"), "payments", "products_plan_changelist", "products.view_plan"),
            (
                _("Reasons to leave"),
                "sms_failed",
                "products_cancellationreason_changelist",
                "products.view_cancellationreason",
            ),
        ],
    ),
    (
        _("Installation"),
        [
            (_("Staff"), "group", "accounts_user_changelist", "accounts.view_user"),
            ("Who did what", "manage_search", "who_did_what", "accounts.change_merchant"),
            (_("Views as customer"), "visibility", "accounts_viewing_changelist", "accounts.view_viewing"),
            ("Downloads", "download", "exports_export_changelist", "exports.view_export"),
            (_("Business"), "storefront", "accounts_merchant_changelist", "accounts.view_merchant"),
            (_("Outgoing mail"), "outgoing_mail", "mail_outgoingmail_changelist", "mail.view_outgoingmail"),
            (_("Schedule"), "schedule", "django_q_schedule_changelist", "django_q.view_schedule"),
            ("System", "monitor_heart", "system", "accounts.change_merchant"),
        ],
    ),
]


def header(request: HttpRequest) -> str:
    # Imported here because the settings name this function before the apps are loaded.
    from portal_project.accounts.models import Merchant

    return Merchant.recent().name


def stylesheet(request: HttpRequest) -> str:
    return static("portal/admin.css")


def favicon(request: HttpRequest) -> str:
    return static("portal/favicon.svg")


def home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    # Imported here for the same reason.
    from portal_project import dashboard

    return context | dashboard.home(request, localdate())


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar of the pages that this person may see."""
    groups = []
    for title, entries in NAVIGATION:
        items = [
            {"title": label, "icon": icon, "link": reverse(f"admin:{page}")}
            for label, icon, page, permission in entries
            if request.user.has_perm(permission)
        ]
        if items:
            groups.append({"title": title, "separator": True, "items": items})
    if groups:
        groups.insert(0, {"items": [{"title": _("Today"), "icon": "today", "link": reverse("admin:index")}]})
    shown = [item for group in groups for item in group["items"]]
    # A page that stands below another one's address is itself, and not that one; all of them stand below the home.
    found = (item["link"] for item in shown[1:] if request.path.startswith(item["link"]))
    here = max(found, key=len, default=request.path)
    for item in shown:
        item["active"] = item["link"] == here
    return groups
