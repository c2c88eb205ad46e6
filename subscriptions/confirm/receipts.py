"""The receipt for an action that a customer has confirmed, in the sentences of its page (`docs/design.md`, Receipts)."""

import re
from datetime import date
from html import unescape
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from portal_project.receipts.giving import give
from portal_project.receipts.models import Receipt
from subscriptions.confirm.forms import ActionForm
from subscriptions.lifecycle.notifications import bill_context
from subscriptions.models import EventKind, SubscriptionEvent, SubscriptionQuerySet
from subscriptions.rules.states import Action

POINT = re.compile(r"<li>(.*?)</li>", re.DOTALL)
# What a browser shows as one; a blank that keeps an amount in one line is none of it.
BLANKS = re.compile(r"[ \t\n\r\f]+")


def give_for(form: ActionForm) -> Receipt:
    """For what the form has done under the lock, for all its changes; they are not written yet."""
    was, effect = form.as_it_was, form.effect
    receipt = Receipt(
        person=form.by,
        kind=form.receipt_kind,
        subscription=was.number,
        ticket=form.ticket_number,
        effective_on=_effective_on(form),
        title=_("%(product)s: %(what)s") % {"product": was.plan.product.shown_name, "what": form.receipt_title},
        summary=str(form.done),
        facts=form.receipt_facts(),
        points=_points(form),
        bills_heading=effect.bills_heading,
        bills=[bill_context(bill) for bill in effect.bills] if effect.bills_heading else [],
        bills_note=form.because["first_bill"] if effect.bills_heading else effect.ends_without_bills,
    )
    give(receipt)
    for event in form.trial.events:
        event.receipt = receipt
    form.receipt = receipt
    return receipt


def last(subscriptions: SubscriptionQuerySet) -> Receipt | None:
    """That of the newest change to the one subscription of the queryset, bills apart, if it has one."""
    changes = SubscriptionEvent.objects.filter(subscription__in=subscriptions).exclude(kind=EventKind.RENEWED)
    newest = changes.select_related("receipt").first()
    return newest.receipt if newest else None


def _points(form: ActionForm) -> list[str]:
    """What will happen as the page of the form tells it, without its markup."""
    context: dict[str, Any] = {
        "form": form,
        "subscription": form.as_it_was,
        "effect": form.effect,
        "because": form.because,
        "why": getattr(form, "why", ""),
    }
    html = render_to_string("subscriptions/_points.html", context)
    return [BLANKS.sub(" ", unescape(strip_tags(point))).strip() for point in POINT.findall(html)]


def _effective_on(form: ActionForm) -> date | None:
    """The day from which it counts; None for a plan that no full period is to begin with as things stand."""
    effect = form.effect
    match form.action:
        case Action.SCHEDULE_CANCELLATION:
            return effect.dates["cancels_on"] or effect.dates["canceled_on"]
        case Action.PAUSE:
            return effect.dates["pauses_on"] or effect.dates["paused_on"]
        case Action.CHANGE_PLAN:
            return effect.terms.plan_change.on if effect.terms.plan_change else None
    return form.today
