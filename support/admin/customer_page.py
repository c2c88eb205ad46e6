"""What staff see on the page of a customer, gathered in a fixed number of queries; of each kind what their role may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Case, F, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal_project.accounts import forgetting, viewing
from portal_project.accounts.models import Customer
from portal_project.accounts.people import person
from portal_project.mail.admin import subject_of
from portal_project.mail.models import OutgoingMail
from portal_project.receipts.models import Receipt
from products import money
from subscriptions.billing.catch_up import as_of
from subscriptions.models import Invoice, Subscription, SubscriptionEvent
from subscriptions.preview.terms import Terms
from subscriptions.preview.trial_run import upcoming
from subscriptions.rules.dates_in_words import day
from subscriptions.rules.states import Action, next_step
from support.models import AcceptedAlternative, CancellationRequest, Offer, Ticket
from support.models.ticket import UNFINISHED_ONLY

# Of each kind; the list behind it has the rest.
SHOWN = 8
STEPS: dict[Action, str | Promise] = {
    Action.RESUME: gettext_lazy("resumes on %(day)s"),
    Action.START_PAUSE: gettext_lazy("pauses on %(day)s"),
    Action.CONVERT_TRIAL: gettext_lazy("the trial ends on %(day)s"),
}
UNFINISHED_FIRST = Case(When(UNFINISHED_ONLY, then=Value(0)), default=Value(1))
OPEN_FIRST = Case(When(status=Invoice.Status.OPEN, then=Value(0)), default=Value(1))


@dataclass(frozen=True)
class Link:
    label: str | Promise
    address: str


@dataclass(frozen=True)
class Held:
    """A subscription as of today."""

    subscription: Subscription
    due: list[str]
    """What its dates bring next, and its next bill."""
    agreed: list[str]
    acts: list[Link]
    """What may be done to it now; each page shows its effect first."""


def context(request: HttpRequest, customer: Customer, today: date) -> dict[str, Any]:
    """For the template; the customer comes with their party."""
    may = request.user.has_perm
    shown: dict[str, Any] = {"today": today, "acts": _acts(request, customer), "party": _party(customer)}
    shown["may_view_as"] = may(viewing.VIEW_AS) and not viewing.in_the_way(customer)
    if may("subscriptions.view_subscription"):
        shown["subscriptions"] = _subscriptions(request, customer, today)
        shown["all_subscriptions"] = _of_customer("subscriptions_subscription", customer)
        shown["events"] = events(customer)[:SHOWN]
    if may("subscriptions.view_invoice"):
        invoices = Invoice.objects.filter(subscription__customer=customer)
        shown["invoices"] = invoices.order_by(OPEN_FIRST, "-number")[:SHOWN]
        shown["open_sums"] = [_sum(each) for each in invoices.open_sums(today)]
        shown["all_invoices"] = _of_customer("subscriptions_invoice", customer)
    if may("support.view_ticket"):
        shown["tickets"] = Ticket.objects.filter(customer=customer).order_by(UNFINISHED_FIRST, "-pk")[:SHOWN]
        shown["all_tickets"] = _list("support_ticket", tab="all", q=customer.number)
    if may("support.view_cancellationrequest"):
        shown["requests"] = _requests(customer)
        shown["all_requests"] = _of_customer("support_cancellationrequest", customer)
    if may("support.view_offer"):
        shown["offers"] = _offers(customer)
        shown["alternatives"] = AcceptedAlternative.objects.filter(customer=customer)[:SHOWN]
        shown["all_offers"] = _of_customer("support_offer", customer)
    if may("accounts.view_viewing"):
        shown["all_viewings"] = _of_customer("accounts_viewing", customer)
    if may("receipts.view_receipt"):
        shown["receipts"] = Receipt.objects.filter(person=customer)[:SHOWN]
        shown["all_receipts"] = _of_customer("receipts_receipt", customer)
    if may("mail.view_outgoingmail"):
        shown["mails"] = _mails(customer)
        shown["all_mails"] = _list("mail_outgoingmail", q=customer.email)
    return shown


def events(customer: Customer) -> QuerySet[SubscriptionEvent]:
    """What became of all their subscriptions, newest first."""
    found = SubscriptionEvent.objects.filter(subscription__customer=customer).order_by("-pk")
    return found.select_related("actor", "subscription__plan__product")


def _party(customer: Customer) -> list[str]:
    """Who is invoiced, as on an envelope."""
    party = getattr(customer, "invoiced_party", None)
    return party.lines(customer.name) if party else []


def _acts(request: HttpRequest, customer: Customer) -> list[Link]:
    """What may be done for the customer as a whole, by pages that stand elsewhere."""
    if customer.forgotten_at:
        return []
    acts = {
        "subscriptions.add_subscription": Link(
            _("Start a subscription"), f"{reverse('admin:subscriptions_subscription_add')}?customer={customer.pk}"
        ),
        "accounts.change_user": Link(_("Edit details"), reverse("admin:accounts_user_change", args=[customer.pk])),
        forgetting.FORGET: Link(_("Forget this customer"), reverse("admin:accounts_user_forget", args=[customer.pk])),
    }
    return [link for permission, link in acts.items() if request.user.has_perm(permission)]


def _subscriptions(request: HttpRequest, customer: Customer, today: date) -> list[Held]:
    """Those that run first, then the newest."""
    theirs = Subscription.objects.filter(customer=customer).for_policies(today)
    rows = theirs.order_by(F("canceled_on").desc(nulls_first=True), "-pk")[:SHOWN]
    current = [as_of(row, today) for row in rows]
    acts = _acts_on(request, current, today)
    return [Held(each, list(_due(each, today)), list(_agreed(each)), acts[each.pk]) for each in current]


def _acts_on(request: HttpRequest, subscriptions: list[Subscription], today: date) -> dict[int, list[Link]]:
    desk: Any = admin.site.get_model_admin(Subscription)
    possible = desk.possible_of(subscriptions, by=person(request), today=today)
    return {
        key: [
            Link(
                getattr(desk, name).short_description,
                reverse(f"admin:subscriptions_subscription_{name}", args=[key]),
            )
            for name in names
        ]
        for key, names in possible.items()
    }


def _due(subscription: Subscription, today: date) -> Iterable[str]:
    if subscription.cancels_on:
        yield _("ends on %(day)s") % {"day": day(subscription.cancels_on)}
    elif (step := next_step(subscription)) and step[1] in STEPS:
        yield STEPS[step[1]] % {"day": day(step[0])}
    if bill := next(iter(upcoming(subscription, today, 1)), None):
        yield _("next bill %(total)s on %(day)s") % {"total": bill.total, "day": day(bill.on)}


def _agreed(subscription: Subscription) -> Iterable[str]:
    terms = Terms.of(subscription)
    if terms.discount:
        yield str(terms.discount)
    if terms.plan_change:
        yield str(terms.plan_change)
    if terms.price_change:
        yield str(terms.price_change)


def _sum(group: dict[str, Any]) -> str:
    total = {"total": money.formatted(group["amount"], group["currency"]), "day": day(group["due"])}
    if group["late"]:
        return _("%(total)s overdue since %(day)s") % total
    return _("%(total)s open, due on %(day)s") % total


def _requests(customer: Customer) -> QuerySet[CancellationRequest]:
    asked = CancellationRequest.objects.filter(subscription__customer=customer).order_by("-pk")
    return asked.select_related("subscription__plan__product")[:SHOWN]


def _offers(customer: Customer) -> QuerySet[Offer]:
    made = Offer.objects.filter(request__subscription__customer=customer).order_by("-pk")
    return made.select_related("plan", "made_by", "request")[:SHOWN]


def _mails(customer: Customer) -> list[tuple[OutgoingMail, str]]:
    """Those to their present address, with what each is called."""
    sent = OutgoingMail.objects.filter(recipient=customer.email).order_by("-pk")[:SHOWN]
    return [(mail, subject_of(mail)) for mail in sent]


def _of_customer(name: str, customer: Customer) -> str:
    return _list(name, customer=customer.pk)


def _list(name: str, **filters: Any) -> str:
    return f"{reverse(f'admin:{name}_changelist')}?{urlencode(filters)}"
