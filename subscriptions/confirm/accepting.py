"""Accepting what is offered instead of leaving, by the verbs of the table (`docs/design.md`, Offers)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.models import OfferKind
from subscriptions.confirm.forms import ActionForm
from subscriptions.confirm.pause_forms import ResumeDateField
from subscriptions.models import Accepted, Subscription
from subscriptions.preview.trial_run import year_of_bills
from subscriptions.rules.offers import ACTION_OF, in_words, may_accept
from subscriptions.rules.states import Verdict

if TYPE_CHECKING:
    from products.models import OfferTerms

SUGGESTED_PAUSE = timedelta(days=30)


class AcceptingForm(ActionForm):
    """Confirms the `terms` of a pause, a discount or another plan. Subclasses say as what they are accepted."""

    template = "subscriptions/accept.html"
    accepted: ClassVar[Accepted]
    limited: ClassVar[bool]
    """As `may_accept`; a pause then counts as the customer's own."""

    resumes_on = ResumeDateField(label=gettext_lazy("Resume on"))

    def __init__(self, *args: Any, terms: "OfferTerms", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.terms, self.kind = terms, OfferKind(terms.kind)
        self.action = ACTION_OF[self.kind]
        if self.kind == OfferKind.PAUSE and not terms.pause_days:
            first, last = self.resume_dates()
            field = self.fields["resumes_on"]
            field.set_range(first, last)  # type: ignore[attr-defined]
            field.help_text = ""
            field.initial = min(first - timedelta(days=1) + SUGGESTED_PAUSE, last or date.max)
        else:
            del self.fields["resumes_on"]

    @property
    def offered(self) -> str:
        """What is accepted, in words."""
        return in_words(self.terms)

    @property
    def done(self) -> str:  # type: ignore[override]
        match self.kind:
            case OfferKind.PAUSE if self.effect.dates["paused_on"]:
                return _("The subscription is paused. Nothing is billed for the days of the pause.")
            case OfferKind.PAUSE:
                return _("The pause is planned. The subscription runs on until then.")
            case OfferKind.DISCOUNT:
                return _("The discount is yours. The subscription goes on.")
        return _("The plan change is noted. The subscription goes on.")

    @property
    def receipt_kind(self) -> str:
        return self.accepted.value

    @property
    def receipt_title(self) -> str:
        return _("Accepted: %(offered)s") % {"offered": self.offered}

    def resume_dates(self) -> tuple[date, date | None]:
        """The first and last day that may be chosen, as `periods.resume_dates`."""
        return self.subscription.resume_dates_of_new_pause(self.today, own=self.limited)

    def verdict(self) -> Verdict:
        return may_accept(self.terms, self.subscription, by=self.by, today=self.today, limited=self.limited)

    def carry_out(self) -> None:
        self.cost = self.less_billed()
        super().carry_out()

    def less_billed(self) -> Decimal:
        """How much less is billed within twelve months than if the subscription went on without it, as things stand now."""
        otherwise = year_of_bills(self.otherwise, self.subscription, self.today)
        return otherwise - year_of_bills(self.act, self.subscription, self.today)

    def otherwise(self, subscription: Subscription) -> None:
        """Let the subscription go on without what is offered."""

    def act(self, subscription: Subscription) -> None:
        known = len(subscription.new_events)
        self.apply(subscription)
        for event in subscription.new_events[known:]:
            event.accepted = self.accepted

    def apply(self, subscription: Subscription) -> None:
        """Use the verb on a subscription that has no scheduled end (any more)."""
        terms = self.terms
        match self.kind:
            case OfferKind.PAUSE:
                subscription.pause(self.today, resumes_on=self._resumes_on(subscription), own=self.limited)
            case OfferKind.DISCOUNT if terms.percent and terms.invoices:
                subscription.grant_discount(self.today, terms.percent, terms.invoices)
            case OfferKind.PLAN if terms.plan:
                subscription.change_plan(self.today, terms.plan)

    def _resumes_on(self, subscription: Subscription) -> date:
        """So many days after the pause begins; or the day that was chosen, and until one is, the one suggested."""
        if self.terms.pause_days:
            return subscription.pause_would_start(self.today) + timedelta(days=self.terms.pause_days)
        return self.chosen("resumes_on") or self.fields["resumes_on"].initial
