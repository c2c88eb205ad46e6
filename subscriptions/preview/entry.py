"""An action as pages and mails offer it: its button, or the request that stands in for it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from subscriptions.models import Subscription
from subscriptions.rules.actions import ACTIONS, Button, Contact
from subscriptions.rules.states import Action, Code, Verdict


@dataclass(frozen=True)
class Entry:
    """One action with its verdict; the template shows a button for an OK, else the reason and, where useful, a way to ask."""

    action: Action
    verdict: Verdict
    subscription: Subscription

    @property
    def button(self) -> Button | None:
        return ACTIONS[self.action].button

    @property
    def url(self) -> str:
        return reverse(self.button.page, args=[self.subscription.number]) if self.button else ""

    @property
    def belongs(self) -> bool:
        """Dropping a plan change is shown only where it can be done: about another plan the entry of the plans says it all."""
        return bool(self.verdict) or self.action != Action.DROP_PLAN_CHANGE

    @property
    def contact(self) -> Contact | None:
        """The support request that stands in for what the product does not offer; None where no request does."""
        return ACTIONS[self.action].contact if self.verdict.code == Code.NOT_OFFERED else None

    @property
    def contact_url(self) -> str:
        """That request, already filled in; empty where no request stands in."""
        if self.contact is None:
            return ""
        filled_in = {"type": self.contact.ticket_type, "subscription": self.subscription.number}
        query = urlencode({name: value for name, value in filled_in.items() if value})
        return f"{reverse('support:new')}?{query}"
