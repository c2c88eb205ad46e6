"""The page on which a bulk act begins: what is to be done to the subscriptions that were chosen in a list, or to all it finds."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict
from django.urls import reverse

from portal_project.common import counting
from portal_project.common.counting import capped
from portal_project.common.keys import key
from portal_project.common.lists import list_at
from portal_project.common.lists_in_words import in_words
from subscriptions.bulk import selection
from subscriptions.bulk.kinds import KINDS, Choices, Values
from subscriptions.models import BulkAct, Subscription

if TYPE_CHECKING:
    from portal_project.accounts.models import User

# So many keys an address holds; more are chosen by a filter.
MOST_CHOSEN = 500


@dataclass(frozen=True)
class Selection:
    """To which subscriptions it is to be done, as the page's address says: `keys=1,2` or `all`, and the query of the list."""

    chosen: list[int] | None
    """Their keys; None for all that the list finds."""
    query: str

    @classmethod
    def read(cls, sent: QueryDict) -> "Selection | None":
        """None where nothing can be meant.

        An address that the list could not read, and says so of, shows all there is: nobody means that.
        """
        kept = sent.copy()
        for name in ("all", "keys", ERROR_FLAG):
            kept.pop(name, None)
        query = kept.urlencode()
        if "all" in sent and ERROR_FLAG not in sent:
            return cls(None, query)
        keys = {number for each in sent.get("keys", "").split(",") if (number := key(each)) is not None}
        return cls(sorted(keys), query) if 0 < len(keys) <= MOST_CHOSEN else None

    def count(self, reader: "User") -> str:
        """How many they are, no further than a list counts. Raises `selection.Unreadable`."""
        if self.chosen is not None:
            return str(len(self.chosen))
        rows = selection.selected(BulkAct(query=self.query, began_by=reader))
        return capped(rows.order_by().values("pk")[: counting.MOST + 1].count())

    @property
    def back(self) -> str:
        """The list, as it was narrowed."""
        return address(self.query)


def address(query: str) -> str:
    """Of the list of subscriptions."""
    url = reverse("admin:subscriptions_subscription_changelist")
    return f"{url}?{query}" if query else url


def about(query: str, reader: "User") -> str:
    """What the address of the list narrows it to, in words; empty where it is narrowed by nothing, or is no address of a list."""
    try:
        found = list_at(admin.site.get_model_admin(Subscription), query, reader)
    except (IncorrectLookupParameters, SuspiciousOperation):
        return ""
    return "; ".join(in_words(found, query))


class BeginForm(forms.Form):
    """What is to be done; what is chosen about it stands in a form of its own kind beside it."""

    kind = forms.ChoiceField(label="What to do", widget=forms.RadioSelect, error_messages={"required": "Choose one."})
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["kind"].choices = [(name, kind.label) for name, kind in KINDS.items()]  # type: ignore[attr-defined]

    @cached_property
    def choices(self) -> dict[str, Choices]:
        """By kind, the form of what is chosen about it. What was typed into others than the chosen one stays, unread."""
        return {name: self._choices(name) for name in KINDS}

    def _choices(self, name: str) -> Choices:
        form_class = KINDS[name].choices
        if self.is_bound and self.data.get("kind") == name:
            return form_class(self.data, prefix=name, today=self.today)
        return form_class(initial=self._typed(name), prefix=name, today=self.today)

    def _typed(self, name: str) -> dict[str, str]:
        sent = {field: self.data.get(f"{name}-{field}", "") for field in KINDS[name].choices.base_fields}
        return {field: text for field, text in sent.items() if text.strip()}

    def is_valid(self) -> bool:
        return super().is_valid() and self.choices[self.cleaned_data["kind"]].is_valid()

    def clean(self) -> None:
        """Whoever filled in what belongs to one act, and chose none, is told what is missing."""
        filled = [name for name in KINDS if self._typed(name)]
        if not self.data.get("kind") and len(filled) == 1:
            self.errors.pop("kind", None)
            self.add_error(
                "kind",
                f"You filled in “{KINDS[filled[0]].label}” without choosing it. Choose it, if that is what you want.",
            )

    @property
    def needs_look(self) -> str:
        """The act with whose choices something is wrong; empty for none."""
        name = self.cleaned_data.get("kind") if self.is_bound else None
        return str(KINDS[name].label) if name and not self.choices[name].is_valid() else ""

    @property
    def values(self) -> Values:
        """What was chosen, by field, as the form of one subscription is sent it."""
        choices = self.choices[self.cleaned_data["kind"]]
        sent = {name: choices[name].value() for name in choices.fields}
        return {name: "" if value is None else str(value).strip() for name, value in sent.items()}
