"""The same acts and pages as one would first write them, without rules: each with the fewest natural queries."""

from secrets import token_hex

from django import forms
from django.contrib import messages
from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST

from tests.benchmarks.web.floor.models import UNFINISHED, Event, Invoice, Message, Subscription, Ticket


class TicketForm(forms.ModelForm):
    subscription = forms.ModelChoiceField(Subscription.objects.none(), to_field_name="number")
    body = forms.CharField(widget=forms.Textarea)

    class Meta:
        model = Ticket
        fields = ["type", "subscription", "subject"]


class ReplyForm(forms.Form):
    body = forms.CharField(widget=forms.Textarea)


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Home")


@login_required
def subscription(request: HttpRequest, number: str) -> HttpResponse:
    mine = Subscription.objects.filter(customer=request.user).select_related("plan__product")
    found = get_object_or_404(mine, number=number)
    context = {
        "subscription": found,
        "events": found.event_set.order_by("-pk")[:20],
        "invoices": found.invoice_set.order_by("-covers_from")[:6],
    }
    return render(request, "floor/subscription.html", context)


@require_POST
@login_required
@transaction.atomic
def pause(request: HttpRequest, number: str) -> HttpResponse:
    found = _locked(request, number)
    found.status, found.paused_on = Subscription.Status.PAUSED, localdate()
    found.save(update_fields=["status", "paused_on"])
    _record(found, Event.Kind.PAUSED, request)
    messages.success(request, "The subscription is paused.")
    return redirect("subscription", number)


@require_POST
@login_required
@transaction.atomic
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    found, today = _locked(request, number), localdate()
    found.status, found.canceled_on = Subscription.Status.CANCELED, today
    found.save(update_fields=["status", "canceled_on"])
    found.invoice_set.filter(covers_from__gte=today, status=Invoice.Status.OPEN).update(status=Invoice.Status.VOID)
    _record(found, Event.Kind.CANCELED, request)
    messages.success(request, "The subscription has ended.")
    return redirect("subscription", number)


def _locked(request: HttpRequest, number: str) -> Subscription:
    mine = Subscription.objects.select_for_update().filter(customer=request.user, status=Subscription.Status.ACTIVE)
    return get_object_or_404(mine, number=number)


def _record(subscription: Subscription, kind: Event.Kind, request: HttpRequest) -> None:
    Event.objects.create(subscription=subscription, kind=kind, actor=request.user, effective_on=localdate())


@login_required
def new_ticket(request: HttpRequest) -> HttpResponse:
    form = TicketForm(request.POST or None)
    mine = Subscription.objects.filter(customer=request.user).select_related("plan__product")
    form.fields["subscription"].queryset = mine
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            ticket = form.save(commit=False)
            ticket.number, ticket.customer, ticket.act_by = f"T-{token_hex(4)}", request.user, localdate()
            ticket.save()
            Message.objects.create(ticket=ticket, author=request.user, body=form.cleaned_data["body"])
        messages.success(request, "We have received your request.")
        return redirect("home")
    return render(request, "floor/new_ticket.html", {"form": form})


@staff_member_required
def queue(request: HttpRequest) -> HttpResponse:
    """The most pressing tickets, as many as `?rows=` says; `?type=` and `?mine=` narrow them."""
    tickets = Ticket.objects.filter(status__in=UNFINISHED).order_by("act_by", "pk")
    if kind := request.GET.get("type"):
        tickets = tickets.filter(type=kind)
    if "mine" in request.GET:
        tickets = tickets.filter(assignee=request.user)
    shown = tickets.select_related("customer", "assignee", "subscription__plan__product")
    context = {
        "tickets": shown[: int(request.GET["rows"])],
        "colleagues": _colleagues(),
        "types": Ticket.Type.choices,
        "statuses": Ticket.Status.choices,
        "priorities": Ticket.Priority.choices,
    }
    return render(request, "floor/queue.html", context)


@staff_member_required
def ticket(request: HttpRequest, pk: int) -> HttpResponse:
    tickets = Ticket.objects.select_related("customer", "assignee", "subscription__plan__product")
    found = get_object_or_404(tickets, pk=pk)
    context = {
        "ticket": found,
        "conversation": found.message_set.select_related("author").order_by("pk"),
        "colleagues": _colleagues(),
        "statuses": Ticket.Status.choices,
        "priorities": Ticket.Priority.choices,
        "form": ReplyForm(),
    }
    return render(request, "floor/ticket.html", context)


def _colleagues() -> list[User]:
    return list(User.objects.filter(is_staff=True, is_active=True).order_by("username"))
