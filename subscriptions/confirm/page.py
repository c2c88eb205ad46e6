"""The page of an action, the same for every action and both doors: show the effect, take the confirmation, do it once."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from portal_project.accounts.people import person
from subscriptions.confirm import receipts
from subscriptions.confirm.confirmation import Unconfirmed, confirm, shown
from subscriptions.confirm.forms import ActionForm
from subscriptions.models import Channel, SubscriptionQuerySet
from subscriptions.rules.states import Code, NotAllowed


@dataclass(frozen=True)
class Door:
    """Where somebody acts: in the portal on their own subscriptions, or in the admin on everybody's."""

    channel: Channel
    subscriptions: SubscriptionQuerySet
    """The one subscription that the address names, if this person may see it."""
    back: Callable[[], str]
    template: str = ""
    """In the place of the form's own."""
    context: dict[str, Any] = field(default_factory=dict)


def answer(request: HttpRequest, door: Door, form_class: Callable[..., ActionForm], today: date) -> HttpResponse:
    """Answer a GET with what will happen, and a POST by doing it; a POST with `preview` only asks what a choice leads to.

    What a customer does leads to its receipt, and doing it twice to that of the first time; a refusal leaves as `NotAllowed`;
    what is not valid, or has another effect than was announced, brings the page with what will happen now and all that was
    typed.
    """
    try:
        form = _confirmed(request, door, form_class, today)
        if form is None:
            return _page(request, door, form_class, today)
    except NotAllowed as refusal:
        if refusal.verdict.code != Code.DONE:
            raise
        messages.info(request, refusal.verdict.reason)
        is_sent_twice = door.channel == Channel.PORTAL and _is_confirmed(request)
        receipt = receipts.last(door.subscriptions) if is_sent_twice else None
        return redirect(receipt or door.back())
    if form.receipt:
        return redirect(form.receipt)
    messages.success(request, str(form.done))
    return redirect(door.back())


def _confirmed(
    request: HttpRequest, door: Door, form_class: Callable[..., ActionForm], today: date
) -> ActionForm | None:
    """The form by which the request did it, or None where its page is to be shown."""
    if not _is_confirmed(request):
        return None
    with suppress(Unconfirmed):
        by = person(request)
        return confirm(form_class, request.POST, door.subscriptions, by=by, today=today, channel=door.channel)
    return None


def _is_confirmed(request: HttpRequest) -> bool:
    return request.method == "POST" and "preview" not in request.POST


def _page(request: HttpRequest, door: Door, form_class: Callable[..., ActionForm], today: date) -> HttpResponse:
    form = shown(form_class, request.POST or None, door.subscriptions, by=person(request), today=today)
    if _is_confirmed(request) and form.is_valid():
        form.ask_again()
    context = {"form": form, "subscription": form.subscription} | door.context
    return TemplateResponse(request, door.template or form.template, context)
