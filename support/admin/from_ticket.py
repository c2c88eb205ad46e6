"""Turning a plain ticket into a request to cancel: staff choose the subscription, see what will happen, and confirm it."""

from datetime import date
from functools import partial

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from portal_project.accounts.models import User
from portal_project.accounts.people import person
from subscriptions.billing.catch_up import as_of
from subscriptions.confirm.page import Door, answer
from subscriptions.models import Channel, Subscription, SubscriptionQuerySet
from subscriptions.rules.actions import OPERATE
from subscriptions.rules.policies import may
from subscriptions.rules.states import Action, Code
from support.cancellations.from_ticket import may_turn
from support.cancellations.staff_forms import TurnForm
from support.models import CancellationRequest, Ticket

FORM, CHOICE = "admin/support/cancellation/turn.html", "admin/support/cancellation/choose.html"


def urls(site: AdminSite) -> list[URLPattern]:
    view = site.admin_view(partial(turn_into_request, site=site))
    return [path("<int:pk>/turn-into-request/", view, name="support_ticket_turn_into_request")]


def turn_into_request(request: HttpRequest, pk: int, *, site: AdminSite) -> HttpResponse:
    """Ask which subscription where the ticket names none, in `?subscription=`; then confirm and do it."""
    if not request.user.has_perms(["support.change_ticket", OPERATE]):
        raise PermissionDenied
    ticket = get_object_or_404(Ticket.objects.select_related("customer"), pk=pk)
    verdict = may_turn(ticket)
    if verdict.code == Code.DONE:
        messages.info(request, verdict.reason)
        return redirect("admin:support_ticket_change", pk)
    verdict.enforce()
    label = _("Turn into a cancellation request")
    context = site.each_context(request) | {"ticket": ticket, "title": label, "label": label}
    theirs = Subscription.objects.filter(customer=ticket.customer_id)
    chosen = theirs.filter(number=request.GET.get("subscription", ""))
    subscriptions = theirs.filter(pk=ticket.subscription_id) if ticket.subscription_id else chosen
    if not subscriptions.exists():
        return render(request, CHOICE, context | {"subscriptions": _choice(theirs, person(request), localdate())})
    context["back"] = reverse("admin:support_ticket_change", args=[pk])
    door = Door(Channel.ADMIN, subscriptions, partial(_back, ticket, subscriptions), FORM, context)
    return answer(request, door, partial(TurnForm, ticket=ticket), localdate())


def _choice(theirs: SubscriptionQuerySet, by: User, today: date) -> list[Subscription]:
    """Those that can be canceled now, as the act itself will ask."""
    current = [as_of(subscription, today) for subscription in theirs.for_policies(today)]
    return [each for each in current if may(Action.SCHEDULE_CANCELLATION, each, by=by, today=today)]


def _back(ticket: Ticket, subscriptions: SubscriptionQuerySet) -> str:
    """To the request that is undecided now, be it this ticket's or one that came first."""
    first = CancellationRequest.objects.undecided().filter(subscription__in=subscriptions).first()
    return reverse("admin:support_ticket_change", args=[first.ticket_id if first else ticket.pk])
