"""Forms that confirm an action: each shows its exact effect and carries it, signed (`docs/design.md`, Announced = happened)."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django import forms
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from subscriptions.models import Channel, EventKind, LinkedService, Subscription
from subscriptions.preview import reasons
from subscriptions.preview.effect import Effect
from subscriptions.preview.trial_run import Trial, carry_out
from subscriptions.rules.actions import ACTIONS
from subscriptions.rules.policies import may
from subscriptions.rules.states import Action, Verdict

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from portal_project.accounts.models import User
    from portal_project.receipts.models import Receipt


class ActionForm(forms.Form):
    """Confirms one action on a subscription that is caught up to `today`. Subclasses say what is done, in `act`."""

    action: Action
    template: ClassVar[str]
    """Of its page in the portal, where it has one; the admin has one for all."""
    done: ClassVar[str | Promise]
    """What the person reads afterwards."""

    receipt: "Receipt | None" = None
    """What the customer got who has done it."""
    ticket_number = ""
    """Of the ticket that doing it has opened or closed, if any."""

    announced = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, subscription: Subscription, by: "User", today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subscription, self.by, self.today = subscription, by, today
        self.as_it_was = subscription
        """The subscription before it is done."""

    @classmethod
    def shared(cls, subscriptions: Sequence[Subscription], today: date) -> dict[str, Any]:
        """Read in a few statements what the forms of these, caught up to `today`, would each read; what is none of one
        subscription's own is returned, to be handed to each form.
        """
        return {}

    def act(self, subscription: Subscription) -> Any:
        """Do it, with the form's cleaned data where there is some: to a copy, or to the form's own subscription."""
        raise NotImplementedError

    def verdict(self) -> Verdict:
        return may(self.action, self.subscription, by=self.by, today=self.today)

    def carry_out(self) -> None:
        """Do it to the form's own subscription, a locked row; `trial` is then what it came to."""
        self.as_it_was = self.subscription.draft()
        self.trial = carry_out(self.action, self.act, self.subscription, self.today)

    def conclude(self, channel: Channel) -> None:
        """What is to be written beside the subscription once it is done."""

    @classmethod
    def conclude_all(cls, forms: Sequence[Self], channel: Channel) -> None:
        """The same for many, of which the same person does the same on the same day."""
        for form in forms:
            form.conclude(channel)

    @cached_property
    def trial(self) -> Trial:
        """What it would come to, tried on a copy."""
        return carry_out(self.action, self.act, self.subscription.draft(), self.today)

    @property
    def effect(self) -> Effect:
        return self.trial.effect

    @property
    def announcement(self) -> str:
        """The present effect, signed, for the form to carry; empty where the page tells none."""
        return "" if self.missing else self.effect.signed(self.subscription)

    @property
    def missing(self) -> str:
        """What is to be chosen before it can be told what will happen, in a sentence; empty for nothing."""
        return ""

    @cached_property
    def because(self) -> dict[str, str]:
        """Why the dates after it are these, as `reasons.why_dates`."""
        history = reasons.History.of(self.as_it_was, self.by).followed_by(self.trial.events)
        return reasons.why_dates(self.trial.subscription, history)

    @property
    def services_that_stop(self) -> "QuerySet[LinkedService]":
        """Which linked services an end, scheduled or at once, keeps from renewing."""
        ends = self.effect.dates["cancels_on"] or self.effect.dates["canceled_on"]
        return self.subscription.linked_services.filter(auto_renew=True) if ends else LinkedService.objects.none()

    @property
    def services_that_renew_again(self) -> "QuerySet[LinkedService]":
        """Which linked services renew as before once the end is lifted, and have not been due meanwhile."""
        stopped = self.subscription.linked_services.filter(auto_renew_before=True)
        to_come = Q(renews_on=None) | Q(renews_on__gt=self.today)
        return stopped.filter(to_come) if self.effect.lifts_end else stopped.none()

    @property
    def receipt_kind(self) -> str:
        """For programs."""
        return self.trial.events[0].kind

    @property
    def receipt_title(self) -> str:
        """Of what was done, in a few words."""
        return str(EventKind(self.receipt_kind).label)

    def receipt_facts(self) -> list[tuple[str, str]]:
        """What the receipt names besides what happens: labels and texts."""
        was = self.as_it_was
        return [
            (_("Subscription"), f"{was.plan.product.shown_name} ({was.number})"),
            (_("Plan"), f"{was.plan.shown_name}, {was.price}"),
        ]

    def chosen(self, field: str) -> Any:
        """A valid value of the field, sent or filled in beforehand; None while there is none."""
        if self.is_bound:
            return getattr(self, "cleaned_data", {}).get(field)
        try:
            return self.fields[field].clean(self[field].value())
        except forms.ValidationError:
            return None

    @property
    def is_live(self) -> bool:
        """Whether what will happen depends on a choice that is made on the page."""
        return any("data-live" in field.widget.attrs for field in self.fields.values())

    def has_its_announced_effect(self) -> bool:
        return self.effect.was_announced(self.cleaned_data["announced"], self.subscription)

    def ask_again(self) -> None:
        """Say, on the page of a valid form, that nothing was done, and what is no longer as it was announced."""
        differences = self.effect.differences(self.cleaned_data["announced"], self.subscription)
        nothing_done = _("Nothing has been done yet: please check what will happen, and confirm again.")
        self.add_error(None, forms.ValidationError(" ".join([nothing_done, *differences]), code="changed"))


FORMS: dict[Action, type[ActionForm]] = {}
"""By which form each action is confirmed, a customer's by the customer; every app that has such forms registers them."""

Form = TypeVar("Form", bound=type[ActionForm])


def confirms(action: Action) -> Callable[[Form], Form]:
    """Register the form as the one by which the action is confirmed."""

    def register(form_class: Form) -> Form:
        form_class.action = action
        FORMS[action] = form_class
        return form_class

    return register


def check_that_every_button_has_a_form() -> None:
    """Raises `ImportError` for an action whose button would lead nowhere."""
    missing = [action for action, record in ACTIONS.items() if record.button and action not in FORMS]
    if missing:
        raise ImportError(f"no form confirms {', '.join(missing)}")
