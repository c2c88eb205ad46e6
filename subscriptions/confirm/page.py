"""The page of an action, the same for every action and both doors: show the effect, take the confirmation, do it once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from portal_project.accounts.people import person
from subscriptions.billing.catch_up import as_of
from subscriptions.confirm.forms import ActionForm
from subscriptions.models import Channel, Subscription, SubscriptionQuerySet
from subscriptions.preview.trial_run import EffectChanged
from subscriptions.rules.states import Code, NotAllowed


@dataclass(frozen=True)
class Door:
    """Where somebody acts: in the portal on their own subscriptions, or in the admin on everybody's."""

    channel: Channel
    subscriptions: SubscriptionQuerySet
    """The one subscription that the address names, if this person may see it."""
    template: str
    back: Callable[[Subscription], str] = Subscription.get_absolute_url
    context: dict[str, Any] = field(default_factory=dict)


def act(request: HttpRequest, door: Door, form_class: Callable[..., ActionForm], today: date) -> HttpResponse:
    """Answer a GET with what will happen, and a POST by doing it.

    What is already so leads to its first result; a refusal leaves as `NotAllowed`; an effect that is no longer the announced
    one brings the page again with the new effect and all that was typed.
    """
    subscription = as_of(get_object_or_404(door.subscriptions.for_policies(today)), today)
    data, by = request.POST or None, person(request)
    form = form_class(data, subscription=subscription, by=by, today=today)
    try:
        form.verdict(subscription).enforce()
        if request.method == "POST" and form.is_valid() and not form.previewing:
            form.perform(door.subscriptions, door.channel)
            messages.success(request, str(form.done))
            return redirect(door.back(subscription))
    except NotAllowed as refusal:
        if refusal.verdict.code != Code.DONE:
            raise
        messages.info(request, refusal.verdict.reason)
        return redirect(door.back(subscription))
    except EffectChanged:
        return act(request, door, form_class, today)
    return TemplateResponse(request, door.template, {"form": form, "subscription": subscription} | door.context)
