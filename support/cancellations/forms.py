"""Forms that confirm what happens to a subscription and its request to cancel."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property, partial
from typing import Any, Self

from django import forms
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal_project.accounts.models import User
from portal_project.common.forms import ParagraphsField
from products.models import Alternative, CancellationReason, ResumeRule
from subscriptions.billing.catch_up import catch_up
from subscriptions.confirm.accepting import AcceptingForm
from subscriptions.confirm.forms import ActionForm, confirms
from subscriptions.models import Accepted, Channel, Subscription
from subscriptions.preview.trial_run import read_beyond
from subscriptions.rules.offers import offered
from subscriptions.rules.policies import may
from subscriptions.rules.states import Action, Verdict
from support.cancellations import reasons, requests
from support.cancellations.alternatives import Candidate, candidates, is_compared, may_take, rested
from support.cancellations.decisions import explained, undecided
from support.cancellations.end_date import PromisedEnd, promise
from support.models import AcceptedAlternative, CancellationRequest, Ticket
from support.tickets.news import News, Seen, SeenField, since
from support.wind_down.losses import to_do


class DecidingForm(ActionForm):
    """Whoever comes second is told what was decided before; staff, what was written and offered since they opened the page."""

    seen = SeenField()
    """On the pages of staff alone: how far the ticket was read."""
    tells_news = False
    """Whether the page says what was not seen before, so that it counts as seen from then on."""

    @classmethod
    def shared(cls, subscriptions: Sequence[Subscription], today: date) -> dict[str, Any]:
        prefetch_related_objects(subscriptions, "cancellation_requests__ticket")
        return super().shared(subscriptions, today)

    @cached_property
    def watched(self) -> Ticket | None:
        """The ticket that the decision is about."""
        request = undecided(self.subscription)
        return request.ticket if request else None

    @property
    def seen_now(self) -> str:
        """For the page to carry."""
        if self.is_bound and not self.tells_news:
            return str(self.data.get("seen", ""))
        return str(Seen.all_of(self.watched)) if self.watched else ""

    @cached_property
    def news(self) -> News | None:
        """Never for customers, who must not learn of notes."""
        seen, is_theirs = self.cleaned_data["seen"], self.by == self.subscription.customer
        return since(seen, self.watched, self.by, self.today) if seen and not is_theirs and self.watched else None

    def verdict(self) -> Verdict:
        verdict = super().verdict()
        return verdict if verdict else explained(verdict, self.subscription, self.by)

    def has_its_announced_effect(self) -> bool:
        if self.cleaned_data["seen"] and self.watched:
            # As an answer does, in the same order, so that of the two one sees the other.
            CancellationRequest.objects.lock(self.watched)
            Ticket.objects.select_for_update(of=("self",)).get(pk=self.watched.pk)
        return not self.news and super().has_its_announced_effect()

    def ask_again(self) -> None:
        if not self.news:
            super().ask_again()
            return
        self.tells_news = True
        text = "while you had this page open. Look at the ticket first; nothing has been done yet. Confirm again to do it anyway."
        self.add_error(None, forms.ValidationError(f"{self.news}, {text}", code="news"))
        if not super().has_its_announced_effect():
            super().ask_again()


@confirms(Action.CANCEL)
class CancelNowForm(DecidingForm):
    template = "support/cancel_now.html"
    done = gettext_lazy("The subscription has ended.")

    @property
    def steps_to_do(self) -> list[str]:
        """Of the wind-down. The end does not wait for them; staff are warned."""
        return to_do(self.subscription)

    @property
    def may_pause(self) -> bool:
        """Whether the customer could do that instead."""
        return bool(may(Action.PAUSE, self.subscription, by=self.by, today=self.today))

    def act(self, subscription: Subscription) -> None:
        subscription.cancel(self.today)

    @classmethod
    def shared(cls, subscriptions: Sequence[Subscription], today: date) -> dict[str, Any]:
        read_beyond(subscriptions, today)
        return super().shared(subscriptions, today)

    def conclude(self, channel: Channel) -> None:
        self.conclude_all([self], channel)

    @classmethod
    def conclude_all(cls, forms: Sequence[Self], channel: Channel) -> None:
        requests.canceled_now([form.trial for form in forms], by=forms[0].by, channel=channel)


@confirms(Action.SCHEDULE_CANCELLATION)
class RequestForm(DecidingForm):
    """The request to cancel: why, and whatever the customer wants to add."""

    template = "support/cancel_request.html"

    worded = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        widget=forms.RadioSelect,
        label=gettext_lazy("Why are you leaving?"),
        error_messages={"required": gettext_lazy("Choose a reason; “I’d rather not say” is one too.")},
    )
    message = ParagraphsField(
        required=False,
        max_length=10000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=gettext_lazy("Message (optional)"),
    )

    def __init__(self, *args: Any, reasons_now: dict[str, CancellationReason] | None = None, **kwargs: Any) -> None:
        """`reasons_now` are those of many forms, which carry none."""
        super().__init__(*args, **kwargs)
        self.reasons = reasons.offered(self.data.get("worded", "")) if reasons_now is None else reasons_now
        self.fields["worded"].initial = partial(reasons.carry, self.reasons.values())
        choices = [(code, reason.shown_label) for code, reason in self.reasons.items()]
        self.fields["reason"].choices = choices  # type: ignore[attr-defined]
        self.fields["message"].help_text = reasons.asking_for_words(self.reasons.values())

    @classmethod
    def shared(cls, subscriptions: Sequence[Subscription], today: date) -> dict[str, Any]:
        read_beyond(subscriptions, today)
        return super().shared(subscriptions, today) | {"reasons_now": reasons.offered("")}

    @property
    def done(self) -> str:  # type: ignore[override]
        if self.ends_on <= self.today:
            return _("The subscription has ended.")
        return _("We have received your cancellation request. You can withdraw it until the subscription ends.")

    @property
    def ends_on(self) -> Any:
        dates = self.trial.effect.dates
        return dates["cancels_on"] or dates["canceled_on"]

    @property
    def day_asked(self) -> date:
        return self.today

    @property
    def why(self) -> str:
        return str(self.trial.result.why)

    @property
    def ends_on_if_resumed(self) -> date | None:
        """The end for whoever resumes first, where that gives unused days back and so makes the end a later one."""
        if self.subscription.pause_resume_rule != ResumeRule.GIVE_BACK or not self.subscription.paused_on:
            return None
        resumed = self.subscription.draft()
        resumed.resume(self.today)
        catch_up(resumed, self.today)
        if len(resumed.new_invoices) > len(self.subscription.new_invoices):
            # Nothing was left to give back: resuming would bill a new period.
            return None
        ends_on = promise(resumed, self.today).ends_on
        return ends_on if ends_on > self.ends_on else None

    @cached_property
    def alternatives(self) -> list[Candidate]:
        """What is offered in the place of canceling, also where it is withheld; for the page alone."""
        return candidates(self.subscription, self.reasons.values(), by=self.by, today=self.today)

    @property
    def shown_alternatives(self) -> list[Candidate]:
        return [] if is_compared(self.subscription.customer_id) else self.alternatives

    def act(self, subscription: Subscription) -> PromisedEnd:
        return requests.schedule(subscription, self.today, self.day_asked)

    @property
    def asked(self) -> requests.Asked:
        typed = self.cleaned_data
        return requests.Asked(self.reasons[typed["reason"]], typed["message"], self.day_asked, self.trial.result)

    def receipt_facts(self) -> list[tuple[str, str]]:
        asked = self.asked
        written = [(_("Message"), asked.message)] if asked.message else []
        return [*super().receipt_facts(), (_("Reason"), str(asked.reason.shown_label)), *written]

    def conclude(self, channel: Channel) -> None:
        self.conclude_all([self], channel)

    @classmethod
    def conclude_all(cls, forms: Sequence[Self], channel: Channel) -> None:
        made = [(form.trial, form.asked) for form in forms]
        tickets = requests.submit(made, by=forms[0].by, today=forms[0].today, channel=channel)
        for form, ticket in zip(forms, tickets, strict=True):
            form.ticket_number = ticket.number


@confirms(Action.WITHDRAW_CANCELLATION)
class WithdrawForm(DecidingForm):
    template = "support/withdraw.html"
    done = gettext_lazy("The cancellation is withdrawn. The subscription goes on.")

    def act(self, subscription: Subscription) -> None:
        requests.withdraw(subscription, self.today)

    def conclude(self, channel: Channel) -> None:
        ticket = requests.withdrawn(self.trial, by=self.by, channel=channel)
        self.ticket_number = ticket.number if ticket else ""


class AlternativeForm(AcceptingForm):
    """Accepts a merchant's alternative in the place of asking to cancel."""

    template = "support/alternative.html"
    accepted, limited = Accepted.ALTERNATIVE, True
    terms: Alternative

    def resume_dates(self) -> tuple[date, date | None]:
        """Of those the ones by which the pause saves something."""
        first, last = super().resume_dates()
        return max(first, self.subscription.first_resume_that_saves(self.today)), last

    def verdict(self) -> Verdict:
        verdict = may_take(self.terms, self.subscription, by=self.by, today=self.today)
        return verdict if verdict else explained(verdict, self.subscription, self.by)

    def conclude(self, channel: Channel) -> None:
        """Raises `NotAllowed` for the second of two that a customer takes at once, for two subscriptions."""
        User.objects.select_for_update(no_key=True).get(pk=self.subscription.customer_id)
        rested(self.subscription, self.today).enforce()
        AcceptedAlternative.objects.create(
            subscription=self.subscription,
            alternative=self.terms,
            customer=self.subscription.customer,
            accepted_on=self.today,
            offered_facts=offered(self.terms),
            cost=self.cost,
        )
