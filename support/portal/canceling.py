"""The page that cancels, and what a merchant offers there in its place."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal_project.accounts.people import is_viewed
from portal_project.common import drafts
from portal_project.common.keys import key
from products.models import Alternative, OfferKind
from subscriptions.confirm.forms import FORMS, ActionForm
from subscriptions.models import Subscription
from subscriptions.portal.views import act, mine
from subscriptions.rules.refusals import cancel_action
from support.cancellations.alternatives import note_showing
from support.cancellations.forms import AlternativeForm, RequestForm


def cancel_form(data: Any, *, subscription: Subscription, **more: Any) -> ActionForm:
    """The form of the mode that the product has now: at once, or as a request."""
    return FORMS[cancel_action(subscription)](data, subscription=subscription, **more)


@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    if "alternative" in request.POST:
        return _to_the_alternative(request, number)
    response = act(request, number, cancel_form)
    if request.method == "GET" and isinstance(response, TemplateResponse) and _is_looked_at(request):
        form = (response.context_data or {})["form"]
        if isinstance(form, RequestForm):
            note_showing(form.subscription, form.alternatives, form.today)
    return response


@require_http_methods(["GET", "POST"])
def alternative(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The page that announces what accepting an alternative leads to, and confirms it; a talk has the support form."""
    found = get_object_or_404(Alternative.objects.select_related("plan__product").prefetch_related("plans"), pk=pk)
    if found.kind == OfferKind.TALK:
        get_object_or_404(mine(request), number=number)
        return redirect(_support_form(number))
    return act(request, number, partial(AlternativeForm, terms=found))


def _to_the_alternative(request: HttpRequest, number: str) -> HttpResponse:
    """What was typed on the cancel page stays there for whoever comes back, and goes along to a talk."""
    subscription = get_object_or_404(mine(request).select_related("plan__product"), number=number)
    found = get_object_or_404(Alternative, pk=key(request.POST["alternative"]))
    typed = {name: request.POST.get(name, "") for name in ("reason", "message")}
    drafts.keep(request, reverse("cancel_subscription", args=[number]), typed)
    if found.kind == OfferKind.TALK:
        subject = _("Instead of canceling %(product)s") % {"product": subscription.plan.product.shown_name}
        drafts.keep(request, _support_form(number), {"subject": subject, "body": typed["message"]})
    return redirect("alternative", number, found.pk)


def _support_form(number: str) -> str:
    return f"{reverse('support:new')}?{urlencode({'type': 'general', 'subscription': number})}"


def _is_looked_at(request: HttpRequest) -> bool:
    """Whether the customer does, and not staff with their eyes, or a browser before anybody has asked for the page."""
    purposes = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    is_early = any("prefetch" in purpose.lower() or "prerender" in purpose.lower() for purpose in purposes)
    return not is_early and not is_viewed(request)
