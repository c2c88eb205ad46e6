"""Checks of what a merchant begins with: who sells, what, to whom."""

from django.urls import reverse

from portal_project.accounts.models import Merchant
from portal_project.installation.state import Finding, Installation

DEFAULT_NAME = Merchant._meta.get_field("name").default


def business(installation: Installation) -> Finding:
    """What invoices and mails say of whoever sells."""
    merchant, url = installation.business, reverse("admin:accounts_merchant_change", args=[1])
    parts = {
        "its name": merchant.name != DEFAULT_NAME and merchant.name,
        "its address": merchant.street and merchant.city and merchant.country,
        "how to pay": merchant.payment_instructions,
        "a support address": merchant.support_email,
    }
    if missing := [part for part, is_there in parts.items() if not is_there]:
        hint = "Invoices and mails name who sells, and how to pay and ask."
        return Finding(False, f"Still missing: {', '.join(missing)}.", hint, url)
    return Finding(True, f"{merchant.name}, as on invoices.", url=url)


def product(installation: Installation) -> Finding:
    begun, products = installation.begun, reverse("admin:products_product_changelist")
    if not begun.products:
        hint = "Its form has its plans and the Customer Portal Actions, with a preview of what customers will see."
        return Finding(False, "There is none.", hint, reverse("admin:products_product_add"))
    if not begun.plans:
        return Finding(
            False,
            "None has an active plan.",
            "A plan has price and interval. It stands on the product's form.",
            products,
        )
    return Finding(True, "There is one that can be sold.", url=products)


def customer(installation: Installation) -> Finding:
    customers = reverse("admin:accounts_customer_changelist")
    if not installation.begun.customers:
        hint = (
            "Add one, then start their subscription from their page; or bring what another system exports, by "
            "manage.py import_subscriptions (docs/import.md)."
        )
        return Finding(False, "There is none.", hint, reverse("admin:accounts_customer_add"))
    return Finding(True, "There are some.", url=customers)
