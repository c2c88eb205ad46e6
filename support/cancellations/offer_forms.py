"""Forms by which staff make an offer, and by which the customer accepts it."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal_project.common.forms import ParagraphsField
from products import money
from products.models import OfferKind
from subscriptions.confirm.accepting import AcceptingForm
from subscriptions.confirm.billing_forms import PlanField
from subscriptions.models import Accepted, Channel, Subscription
from subscriptions.models.billing import MOST_INVOICES
from subscriptions.preview.trial_run import Trial, year_of_bills
from subscriptions.rules.offers import may_offer
from subscriptions.rules.states import Action, Verdict
from support.cancellations import offers, requests
from support.cancellations.decisions import explained
from support.cancellations.staff_forms import UndecidedForm
from support.models import Offer


class AcceptOfferForm(AcceptingForm):
    """The customer accepts what staff offer: the request to cancel is withdrawn, and the offer applied, in one."""

    template = "support/accept_offer.html"
    accepted, limited = Accepted.OFFER, False

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any) -> None:
        super().__init__(*args, terms=offer, **kwargs)
        self.offer = offer

    def verdict(self) -> Verdict:
        verdict = offers.may_be_accepted(self.offer, self.subscription, by=self.by, today=self.today)
        is_told = bool(verdict) or not self.offer.is_open
        return verdict if is_told else explained(verdict, self.subscription, self.by)

    def act(self, subscription: Subscription) -> None:
        self.otherwise(subscription)
        super().act(subscription)

    def otherwise(self, subscription: Subscription) -> None:
        requests.withdraw(subscription, self.today)

    def receipt_facts(self) -> list[tuple[str, str]]:
        written = [(_("What we wrote"), self.offer.message)] if self.offer.message else []
        return [*super().receipt_facts(), *written]

    def conclude(self, channel: Channel) -> None:
        self.ticket_number = self.offer.request.ticket.number
        requests.accepted(self.trial, self.offer, cost=self.cost, by=self.by)


# Which fields say what of each kind is offered.
FIELDS_OF: dict[str, tuple[str, ...]] = {
    OfferKind.DISCOUNT: ("percent", "invoices"),
    OfferKind.PAUSE: ("pause_days",),
    OfferKind.PLAN: ("plan",),
}
LIVE = {"data-live": True}


@dataclass(frozen=True)
class Cost:
    """What is billed within twelve months, with the offer and without."""

    accepted: Decimal
    usual: Decimal
    currency: str

    def __str__(self) -> str:
        values = {
            "accepted": money.formatted(self.accepted, self.currency),
            "usual": money.formatted(self.usual, self.currency),
            "less": money.formatted(abs(self.usual - self.accepted), self.currency),
        }
        if self.accepted > self.usual:
            return _("%(accepted)s instead of %(usual)s: %(less)s more.") % values
        return _("%(accepted)s instead of %(usual)s: it costs %(less)s.") % values


class MakeOfferForm(UndecidedForm):
    """Staff choose what to offer, and see what it leads to once the customer accepts it. The subscription stays as it is."""

    action = Action.WITHDRAW_CANCELLATION
    done = gettext_lazy("The offer is made. The customer is told by mail.")

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    kind = forms.ChoiceField(
        choices=[(kind.value, kind.label) for kind in (OfferKind.DISCOUNT, OfferKind.PAUSE, OfferKind.PLAN)],
        initial=OfferKind.DISCOUNT,
        label=gettext_lazy("What to offer"),
        widget=forms.RadioSelect(attrs=LIVE),
    )
    percent = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=100,
        label=gettext_lazy("Discount (%)"),
        widget=forms.NumberInput(attrs=LIVE),
    )
    invoices = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_INVOICES,
        label=gettext_lazy("On how many invoices"),
        widget=forms.NumberInput(attrs=LIVE),
    )
    pause_days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=3650,
        label=gettext_lazy("Pause (days)"),
        help_text=gettext_lazy("Left empty, the customer picks the day on which it resumes."),
        widget=forms.NumberInput(attrs=LIVE),
    )
    plan = PlanField(
        queryset=None,
        required=False,
        label=gettext_lazy("New plan"),
        widget=forms.RadioSelect(attrs=LIVE),
        empty_label=None,
    )
    message = ParagraphsField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=gettext_lazy("Message (optional)"),
        help_text=gettext_lazy("The customer reads this beside the offer, also by mail."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].set_subscription(self.subscription)  # type: ignore[attr-defined]
        self.offer: Offer | None = None
        """What is to be offered, once the form says so."""

    def clean(self) -> None:
        typed = self.cleaned_data
        needed = FIELDS_OF.get(typed.get("kind", ""), ())
        for name in needed:
            if name != "pause_days" and not typed.get(name) and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        for name in {"percent", "invoices", "pause_days", "plan"} - set(needed):
            # It is out of sight, and not asked for.
            self.errors.pop(name, None)
        if self.errors or not needed or self.request is None:
            return
        terms = {name: typed[name] for name in needed}
        offer = Offer(
            request=self.request,
            made_by=self.by,
            kind=typed["kind"],
            message=typed["message"],
            token=typed["token"],
            **terms,
        )
        verdict = self._may_offer(offer)
        if verdict:
            self.offer = offer
        else:
            self.add_error(needed[0], verdict.reason)

    def _may_offer(self, offer: Offer) -> Verdict:
        lifted = self.subscription.draft()
        requests.withdraw(lifted, self.today)
        return may_offer(offer, lifted, by=self.by, today=self.today)

    @cached_property
    def accepting(self) -> AcceptOfferForm:
        assert self.offer, "nothing is to be offered yet"
        customer = self.subscription.customer
        return AcceptOfferForm(offer=self.offer, subscription=self.subscription, by=customer, today=self.today)

    @cached_property
    def trial(self) -> Trial:
        """What it would come to if the customer accepted it today, tried on a copy."""
        return self.accepting.trial

    @property
    def replaced(self) -> Offer | None:
        """The offer that is open until then."""
        return self.request.offers.open().select_related("plan").first() if self.request else None

    @property
    def before(self) -> list[Offer]:
        return list(offers.made_to(self.subscription.customer))

    @property
    def cost(self) -> Cost:
        usual = year_of_bills(self.accepting.otherwise, self.subscription, self.today)
        return Cost(usual - self.accepting.less_billed(), usual, self.subscription.currency)

    def carry_out(self) -> None:
        """Nothing is done to the subscription. Raises `NotAllowed` for what was offered before."""
        if self.offer:
            offers.check_is_new(self.offer, self.offer.request)

    def conclude(self, channel: Channel) -> None:
        if self.offer:
            offers.make(self.offer, self.effect, self.today)
