"""What the invented hosting company of the demo sells."""

from decimal import Decimal
from typing import Any

from portal_project.accounts.models import Merchant
from portal_project.demo.other_languages import in_dutch_and_german
from products.intervals import Interval
from products.models import (
    Alternative,
    CancellationMode,
    CancellationReason,
    OfferKind,
    PauseStarts,
    Plan,
    Product,
    ResumeRule,
)
from subscriptions.models import LinkedService
from support.models import WindDownDefault

Kind, Side = LinkedService.Kind, WindDownDefault.Side

MERCHANT = {
    "name": "Birch Lane Hosting",
    "company": "Birch Lane Hosting B.V.",
    "street": "Birch Lane 12",
    "postal_code": "3511 AB",
    "city": "Utrecht",
    "country": "NL",
    "vat_number": "NL123456782B01",
    "payment_instructions": "By bank transfer to NL00 BANK 0123 4567 89, Birch Lane Hosting.",
    "support_email": "help@birchlane.example",
    "accent_color": "#0f766e",
}

# Per product its description and its Customer Portal Actions, where they are not the defaults.
PRODUCTS: dict[str, tuple[str, dict[str, Any]]] = {
    "Hosting Pro": ("Web space with 50 GB, daily copies and ten sites.", {"allow_plan_change": True}),
    "Mailbox Business": ("Mail, calendar and contacts under your own domain.", {"max_pauses_per_year": 2}),
    "Backup 500 GB": ("Encrypted off-site copies, kept for 90 days.", {"allow_cancel": False}),
    "Domain Care": ("We register, renew and watch over your domains.", {"allow_pause": False, "notice_days": 14}),
    "Managed Server": (
        "A server of your own, patched and watched day and night.",
        {"allow_pause": False, "allow_cancel": False, "notice_days": 90},
    ),
    "Newsletter Studio": (
        "Newsletters to 5,000 readers a month.",
        {"cancellation_mode": CancellationMode.IMMEDIATE},
    ),
    "Shop Cloud": (
        "An online shop with payments, stock and shipping labels.",
        {"resume_rule": ResumeRule.GIVE_BACK, "max_pause_days": 90, "max_pauses_per_year": 2},
    ),
    "Video Meetings": ("Meetings of up to 100 people, in the browser.", {"pause_starts": PauseStarts.PERIOD_END}),
    "Website Builder": ("Build a website without writing code.", {"notice_days": 0}),
    "Design Studio": ("Drawing tools and a library of pictures for teams.", {}),
    "Uptime Watch": ("Checks every minute, with a weekly report.", {"notice_days": 7}),
    "Edge Cache Tokyo": ("Your site at full speed in Japan.", {"resume_rule": ResumeRule.GIVE_BACK}),
}

# Product, name, price, currency, interval, count, trial days. Where a product allows plan changes, all its plans are open.
PLANS: list[tuple[str, str, str, str, Interval, int, int]] = [
    ("Hosting Pro", "Monthly", "19.00", "EUR", Interval.MONTH, 1, 0),
    ("Hosting Pro", "Yearly", "190.00", "EUR", Interval.YEAR, 1, 0),
    ("Hosting Pro", "Small", "9.00", "EUR", Interval.MONTH, 1, 0),
    ("Mailbox Business", "Monthly", "6.50", "EUR", Interval.MONTH, 1, 0),
    ("Backup 500 GB", "Monthly", "9.90", "EUR", Interval.MONTH, 1, 0),
    ("Backup 500 GB", "Quarterly", "27.00", "EUR", Interval.MONTH, 3, 0),
    ("Domain Care", "Yearly", "24.00", "EUR", Interval.YEAR, 1, 0),
    ("Managed Server", "Monthly", "129.00", "USD", Interval.MONTH, 1, 0),
    ("Newsletter Studio", "Monthly", "12.00", "EUR", Interval.MONTH, 1, 0),
    ("Shop Cloud", "Monthly", "49.00", "EUR", Interval.MONTH, 1, 0),
    ("Video Meetings", "Monthly", "15.00", "EUR", Interval.MONTH, 1, 0),
    ("Website Builder", "Monthly", "8.00", "EUR", Interval.MONTH, 1, 0),
    ("Design Studio", "Monthly", "29.00", "EUR", Interval.MONTH, 1, 14),
    ("Uptime Watch", "Weekly", "3.50", "EUR", Interval.WEEK, 1, 0),
    ("Edge Cache Tokyo", "Monthly", "1500", "JPY", Interval.MONTH, 1, 0),
]
# What the cancel page of a product offers, in this order: the plan it leads to, for which reasons, and what it consists of.
ALTERNATIVES: list[tuple[str, str, list[str], dict[str, Any]]] = [
    ("Hosting Pro", "Yearly", ["too_expensive"], {"kind": OfferKind.PLAN, "from_months": 24}),
    ("Hosting Pro", "", ["too_expensive", "switching"], {"kind": OfferKind.DISCOUNT, "percent": 20, "invoices": 3}),
    ("Hosting Pro", "", ["not_needed"], {"kind": OfferKind.PAUSE, "pause_days": 60}),
    ("Shop Cloud", "", ["not_needed", "too_expensive"], {"kind": OfferKind.PAUSE}),
    ("Shop Cloud", "", [], {"kind": OfferKind.TALK, "text": "Is something missing? Tell us: we answer within a day."}),
]
# What is to be done about each service of a kind when a subscription ends: days from its end, and whether it can be undone.
WIND_DOWN: list[tuple[str, str, str, int, bool]] = [
    ("Hosting Pro", Kind.DOMAIN, "Send the transfer code", -7, True),
    ("Hosting Pro", Kind.HOSTING, "Make a last copy", -1, True),
    ("Hosting Pro", Kind.HOSTING, "Delete the web space", 14, False),
    ("Mailbox Business", Kind.MAILBOX, "Offer an archive of the mail", -14, True),
    ("Mailbox Business", Kind.MAILBOX, "Delete the mailbox", 7, False),
    ("Domain Care", Kind.DOMAIN, "Send the transfer code", -7, True),
    ("Newsletter Studio", Kind.OTHER, "Delete the list of readers", 30, False),
    ("Website Builder", Kind.CERTIFICATE, "Revoke the certificate", 1, False),
]
TAX_RATE = 21

Plans = dict[tuple[str, str], Plan]


def make_catalogue() -> Plans:
    """The merchant, the products and their plans; the answer finds a plan by the names of its product and itself."""
    how_to_pay = in_dutch_and_german(payment_instructions=MERCHANT["payment_instructions"])
    Merchant.objects.update_or_create(pk=1, defaults=MERCHANT | {"translations": how_to_pay})
    products = {
        name: Product.objects.create(
            name=name,
            description=description,
            translations=in_dutch_and_german(name=name, description=description),
            tax_rate=TAX_RATE,
            **actions,
        )
        for name, (description, actions) in PRODUCTS.items()
    }
    plans = {(plan[0], plan[1]): _make_plan(products[plan[0]], *plan[1:]) for plan in PLANS}
    for position, (product, plan, reasons, terms) in enumerate(ALTERNATIVES):
        made = Alternative.objects.create(
            product=products[product],
            plan=plans.get((product, plan)),
            position=position,
            translations=in_dutch_and_german(text=terms.get("text", "")),
            **terms,
        )
        made.reasons.set(CancellationReason.objects.filter(code__in=reasons))
    for product, kind, what, offset, can_be_undone in WIND_DOWN:
        side = Side.BEFORE if offset < 0 else Side.AFTER
        WindDownDefault.objects.create(
            product=products[product],
            kind=kind,
            what=what,
            translations=in_dutch_and_german(what=what),
            days=abs(offset),
            side=side,
            can_be_undone=can_be_undone,
        )
    return plans


def _make_plan(
    product: Product, name: str, amount: str, currency: str, interval: Interval, count: int, trial_days: int
) -> Plan:
    return Plan.objects.create(
        product=product,
        name=name,
        translations=in_dutch_and_german(name=name),
        amount=Decimal(amount),
        currency=currency,
        interval=interval,
        interval_count=count,
        trial_days=trial_days,
        is_open_to_change=PRODUCTS[product.name][1].get("allow_plan_change", False),
    )


def actions(plan: Plan) -> dict[str, Any]:
    """The Customer Portal Actions of the plan's product, where they are not the defaults."""
    return PRODUCTS[plan.product.name][1]
