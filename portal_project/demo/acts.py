"""What people in the demo do; each act takes the way of the portal's own pages, with its verdict and announcement."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django.utils.timezone import get_current_timezone

from portal_project.accounts.models import User, Viewing
from portal_project.demo.timeline import Act
from products.models import Plan
from subscriptions.confirm.billing_forms import DiscountForm, PlanForm, PriceForm
from subscriptions.confirm.confirmation import confirm, shown
from subscriptions.confirm.forms import ActionForm
from subscriptions.confirm.pause_forms import PauseForm, ResumeForm
from subscriptions.lifecycle import unit_of_work
from subscriptions.models import Channel, LinkedService, Subscription
from support.cancellations.alternatives import note_showing
from support.cancellations.forms import AlternativeForm, CancelNowForm, RequestForm, WithdrawForm
from support.cancellations.offer_forms import AcceptOfferForm, MakeOfferForm
from support.cancellations.staff_forms import StaffRequestForm
from support.models import Offer, WindDownStep
from support.wind_down.marking import mark

Subscriptions = dict[str, Subscription]
"""What has been started so far, each under a name of its own; an act finds its subscription when its day comes."""


def start(subscriptions: Subscriptions, name: str, customer: User, plan: Plan) -> Act:
    """Begin a subscription and keep it under the name."""

    def act(today: date) -> None:
        subscription = Subscription.begin(customer, plan, today)
        unit_of_work.add([subscription], today=today, by=customer, channel=Channel.PORTAL)
        subscriptions[name] = subscription

    return act


def pause(subscriptions: Subscriptions, name: str, *, days: int | None = None) -> Act:
    """The customer pauses; `days` after the day of asking it resumes by itself, or else as the product says."""

    def act(today: date) -> None:
        _confirm(PauseForm, subscriptions[name], today, resumes_on=today + timedelta(days=days) if days else "")

    return act


def resume(subscriptions: Subscriptions, name: str) -> Act:
    """The customer comes back before the day."""
    return lambda today: _confirm(ResumeForm, subscriptions[name], today)


def request(subscriptions: Subscriptions, name: str, reason: str, message: str, by: User | None = None) -> Act:
    """A cancellation request, by the customer, or by staff on their behalf."""
    form_class = StaffRequestForm if by else RequestForm
    return lambda today: _confirm(form_class, subscriptions[name], today, by, reason=reason, message=message)


def look(subscriptions: Subscriptions, name: str) -> Act:
    """The customer opens the page that cancels, and leaves it."""

    def act(today: date) -> None:
        _shown(RequestForm, subscriptions[name], today, subscriptions[name].customer)

    return act


def accept_alternative(subscriptions: Subscriptions, name: str) -> Act:
    """The customer takes what the page that cancels offers, if it does."""

    def act(today: date) -> None:
        subscription = subscriptions[name]
        page = _shown(RequestForm, subscription, today, subscription.customer)
        if offered := [each.alternative for each in page.shown_alternatives if not each.is_talk]:
            resumes_on = today + timedelta(days=40)
            _confirm(partial(AlternativeForm, terms=offered[0]), subscription, today, resumes_on=resumes_on)

    return act


def offer(subscriptions: Subscriptions, name: str, by: User, **terms: Any) -> Act:
    """Staff offer something to a customer who has asked to cancel."""
    return lambda today: _confirm(MakeOfferForm, subscriptions[name], today, by, token=uuid4(), **terms)


def view_as(customer: User, by: User, begun: time, minutes: int) -> Act:
    """Staff see the portal as the customer does, for so long."""

    def act(today: date) -> None:
        at = datetime.combine(today, begun, get_current_timezone())
        ends_at = at + timedelta(minutes=minutes)
        Viewing.objects.create(staff=by, customer=customer, begun_at=at, ends_at=ends_at)

    return act


def accept_offer(subscriptions: Subscriptions, name: str) -> Act:
    def act(today: date) -> None:
        made = Offer.objects.open().get(request__subscription=subscriptions[name])
        _confirm(partial(AcceptOfferForm, offer=made), subscriptions[name], today)

    return act


def withdraw(subscriptions: Subscriptions, name: str) -> Act:
    return lambda today: _confirm(WithdrawForm, subscriptions[name], today)


def cancel_now(subscriptions: Subscriptions, name: str, by: User | None = None) -> Act:
    return lambda today: _confirm(CancelNowForm, subscriptions[name], today, by)


def grant_discount(subscriptions: Subscriptions, name: str, percent: int, invoices: int, by: User) -> Act:
    return lambda today: _confirm(DiscountForm, subscriptions[name], today, by, percent=percent, invoices=invoices)


def change_plan(subscriptions: Subscriptions, name: str, plan: Plan, by: User | None = None) -> Act:
    """By staff, or by the customer."""
    return lambda today: _confirm(PlanForm, subscriptions[name], today, by, plan=plan.pk)


def change_price(subscriptions: Subscriptions, name: str, amount: int, by: User) -> Act:
    return lambda today: _confirm(PriceForm, subscriptions[name], today, by, amount=amount)


def link(subscriptions: Subscriptions, name: str, services: Iterable[tuple[str, str, int]]) -> Act:
    """Link services, each a kind, a name, and in how many days from now on it renews."""

    def act(today: date) -> None:
        LinkedService.objects.bulk_create(
            LinkedService(
                subscription=subscriptions[name], kind=kind, name=service, renews_on=today + timedelta(days=days)
            )
            for kind, service, days in services
        )

    return act


def wind_down(by: User, *, service: str = "") -> Act:
    """Staff do what is due by the day, or whatever is to be done about the service of that name."""

    def act(today: date) -> None:
        to_do = WindDownStep.objects.filter(done_at=None)
        due = to_do.filter(service__name=service) if service else to_do.filter(due_on__lte=today)
        mark(list(due.values_list("pk", flat=True)), is_done=True, by=by, today=today)

    return act


def _shown(
    form_class: Callable[..., ActionForm], subscription: Subscription, today: date, by: User, **typed: Any
) -> Any:
    """Open the page; whoever opens the one that cancels counts for the comparison of alternatives."""
    subscriptions = Subscription.objects.filter(pk=subscription.pk)
    page = shown(form_class, typed, subscriptions, by=by, today=today)
    if isinstance(page, RequestForm) and by == subscription.customer:
        note_showing(page.subscription, page.alternatives, today)
    return page


def _confirm(
    form_class: Callable[..., ActionForm],
    subscription: Subscription,
    today: date,
    staff: User | None = None,
    **typed: Any,
) -> None:
    """Open the page, and confirm what it announces."""
    subscriptions = Subscription.objects.filter(pk=subscription.pk)
    by, channel = staff or subscription.customer, Channel.ADMIN if staff else Channel.PORTAL
    page = _shown(form_class, subscription, today, by, **typed)
    sent = typed | {"announced": page.announcement}
    confirm(form_class, sent, subscriptions, by=by, today=today, channel=channel)
