from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal_project.common.forms import LineField
from portal_project.common.keys import key
from portal_project.common.lists_in_words import form_in_words
from products.models import Product
from support.models import Ticket, TicketQuerySet
from support.queue.rows import Desk, ending_within, late
from support.queue.search import all_found, found
from support.queue.staff import nobodys

if TYPE_CHECKING:
    from portal_project.accounts.models import User

ANY = ("", gettext_lazy("Any"))
NOBODY = "nobody"
LATE = "late"
WITHIN: list[tuple[str, str | Promise]] = [
    ("7", gettext_lazy("7 days")),
    ("14", gettext_lazy("14 days")),
    ("30", gettext_lazy("30 days")),
]


class FilterForm(forms.Form):
    """What the queue is narrowed to. With a value that is none of the choices nobody can say to what, so it holds nothing."""

    q = LineField(
        required=False,
        label=gettext_lazy("Search"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("Number, customer, or words")}),
    )
    status = forms.ChoiceField(required=False, choices=[ANY, *Ticket.Status.choices], label=gettext_lazy("Status"))
    type = forms.ChoiceField(required=False, choices=[ANY, *Ticket.Type.choices], label=gettext_lazy("Type"))
    priority = forms.ChoiceField(
        required=False, choices=[ANY, *Ticket.Priority.choices], label=gettext_lazy("Priority")
    )
    assignee = forms.ChoiceField(required=False, label=gettext_lazy("Assignee"))
    product = forms.ChoiceField(required=False, label=gettext_lazy("Product"))
    acts = forms.ChoiceField(required=False, choices=[ANY, (LATE, gettext_lazy("Late"))], label=gettext_lazy("Act by"))
    within = forms.ChoiceField(required=False, choices=[ANY, *WITHIN], label=gettext_lazy("Ends within"))

    def __init__(self, data: Any, *, colleagues: "list[User]") -> None:
        super().__init__(data)
        people = [(str(person.pk), person.get_full_name()) for person in colleagues]
        products = [(str(key), name) for key, name in Product.objects.order_by("name").values_list("pk", "name")]
        self.fields["assignee"].choices = [ANY, (NOBODY, _("Nobody")), *people]  # type: ignore[attr-defined]
        self.fields["product"].choices = [ANY, *products]  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def narrows(self) -> bool:
        return any(self.cleaned_data.values())

    @property
    def in_words(self) -> list[str]:
        """Such as "Priority: High" of each filter that narrows."""
        return form_in_words(self, self.cleaned_data)

    def narrowed(self, tickets: TicketQuerySet, desk: Desk, *, goes_through_all: bool = False) -> TicketQuerySet:
        """Those that fit; of a search, no more than pages show, unless it goes through all of them."""
        if self.errors:
            return tickets.none()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        for field in ("status", "type", "priority"):
            if field in chosen:
                tickets = tickets.filter(**{field: chosen[field]})
        if "assignee" in chosen:
            whose = chosen["assignee"]
            tickets = tickets.filter(nobodys(desk.staff) if whose == NOBODY else Q(assignee=whose))
        if "product" in chosen:
            tickets = tickets.filter(subscription__plan__product=chosen["product"])
        if "acts" in chosen:
            tickets = late(tickets, desk.today)
        if "within" in chosen:
            tickets = ending_within(tickets, int(chosen["within"]), desk.today)
        if "q" in chosen and goes_through_all:
            tickets = all_found(chosen["q"], tickets)
        elif "q" in chosen:
            tickets = tickets.filter(pk__in=found(chosen["q"], tickets))
        return tickets


class BulkForm(forms.Form):
    """One thing to do with the chosen tickets: which, is the button that was pressed."""

    tickets = forms.TypedMultipleChoiceField(
        coerce=int, error_messages={"required": gettext_lazy("Choose at least one ticket.")}
    )
    assignee = forms.ChoiceField(required=False, label=gettext_lazy("Assign to"))
    priority = forms.TypedChoiceField(
        required=False,
        coerce=int,
        choices=[("", gettext_lazy("Priority …")), *Ticket.Priority.choices],
        label=gettext_lazy("Priority"),
    )

    def __init__(self, data: Any = None, *, colleagues: "list[User]", by: "User") -> None:
        if data and "take" in data:
            # The button of one row.
            data = data.copy()
            data.update({"do": "mine"})
            data.setlist("tickets", [data["take"]])
        # The filters of the same page have fields of the same names.
        super().__init__(data, auto_id="bulk_%s")
        self._colleagues, self._by = {str(person.pk): person for person in colleagues}, by
        people = [(key, person.get_full_name()) for key, person in self._colleagues.items()]
        self.fields["assignee"].choices = [("", _("Assign to …")), (NOBODY, _("Nobody")), *people]  # type: ignore[attr-defined]
        sent = data.getlist("tickets") if data else []
        self.fields["tickets"].choices = [(one, one) for one in sent if key(one) is not None]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        wanted, chosen = self.data.get("do"), self.cleaned_data
        if wanted == "assign" and not chosen.get("assignee"):
            self.add_error("assignee", _("Choose whom to assign to."))
        if wanted == "priority" and not chosen.get("priority"):
            self.add_error("priority", _("Choose a priority."))
        return chosen

    def changes(self) -> dict[str, Any]:
        """The arguments for `triage.change`; empty when no button of ours was pressed."""
        chosen = self.cleaned_data
        possible: dict[str, dict[str, Any]] = {
            "mine": {"assignee": self._by},
            "assign": {"assignee": self._colleagues.get(chosen["assignee"])},
            "priority": {"priority": chosen["priority"]},
            "review": {"status": Ticket.Status.IN_REVIEW},
        }
        return possible.get(self.data.get("do", ""), {})
