"""What staff fill in on the page of a ticket."""

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal_project.common.forms import ParagraphsField
from support.models import SavedReply, Ticket
from support.queue.staff import able
from support.tickets import saved_replies
from support.tickets.attachments import WithFiles
from support.tickets.news import SeenField

if TYPE_CHECKING:
    from portal_project.accounts.models import User


ANSWER = "answer"
"""The id of the form on the page, in which the answer stands."""


class StaffReplyForm(WithFiles):
    """A reply or an internal note of staff; `fill` puts what there is on the ticket in the place of placeholders."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    seen = SeenField()
    """How far the page goes, so that nobody answers past what they have not read."""
    kept_in_drafts = ("seen",)
    """Hidden fields that are part of what was typed, so that a draft brings them back with it."""
    is_internal = forms.TypedChoiceField(
        required=False,
        coerce=bool,
        empty_value=False,  # type: ignore[arg-type]
        choices=[("", gettext_lazy("Reply to the customer")), ("on", gettext_lazy("Internal note"))],
        widget=forms.RadioSelect,
        label=gettext_lazy("What do you write?"),
    )
    body = ParagraphsField(max_length=10000, widget=forms.Textarea(attrs={"rows": 6}), label=gettext_lazy("Message"))
    sends_mail = forms.BooleanField(required=False, initial=True, label=gettext_lazy("Send e-mail"))

    def __init__(self, *args: Any, fill: Callable[[str], str] = str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fill = fill

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("is_internal") or "body" not in cleaned:
            return cleaned
        cleaned["body"] = self.fill(cleaned["body"])
        if left := saved_replies.unfilled(cleaned["body"]):
            text = _("There is nothing to fill in for %(placeholders)s on this ticket. Write it yourself.")
            self.add_error("body", text % {"placeholders": ", ".join(left)})
        return cleaned


class InsertForm(forms.Form):
    """Which saved reply to put into the message that is being written."""

    saved = forms.ModelChoiceField(
        SavedReply.objects.all(),
        label=gettext_lazy("Saved reply"),
        error_messages={"required": gettext_lazy("Choose which one to insert.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        # Their titles alone, and read once.
        self.titles = list(SavedReply.objects.values_list("pk", "title"))
        self.fields["saved"].choices = [("", _("Saved replies")), *self.titles]  # type: ignore[attr-defined]


def _people(colleagues: QuerySet["User"]) -> list[tuple[Any, str]]:
    known = colleagues.values_list("pk", "name", "email")
    return [("", _("Nobody")), *((key, name or email) for key, name, email in known)]


class TriageForm(forms.Form):
    """Status, priority and assignee; only what was changed on the page counts, so that nothing newer is undone."""

    status = forms.ChoiceField(choices=Ticket.Status.choices, show_hidden_initial=True, label=gettext_lazy("Status"))
    priority = forms.TypedChoiceField(
        coerce=int, choices=Ticket.Priority.choices, show_hidden_initial=True, label=gettext_lazy("Priority")
    )
    assignee = forms.ModelChoiceField(
        able().none(), required=False, show_hidden_initial=True, label=gettext_lazy("Assignee")
    )

    def __init__(self, data: Any = None, *, ticket: Ticket) -> None:
        self.ticket = ticket
        now = {name: getattr(ticket, name) for name in ("status", "priority", "assignee")}
        super().__init__(data, initial=now)
        # Whoever left the staff keeps what is theirs until it is given to somebody else.
        colleagues = able(*[ticket.assignee_id] if ticket.assignee_id else [])
        self.fields["assignee"].queryset = colleagues  # type: ignore[attr-defined]
        # Read only when the choice is shown.
        self.fields["assignee"].choices = cache(partial(_people, colleagues))  # type: ignore[attr-defined]
        # One form with the answer, so that saving keeps what is typed there.
        for field in self.fields.values():
            field.widget.attrs["form"] = ANSWER
            field.hidden_widget = partial(forms.HiddenInput, attrs={"form": ANSWER})  # type: ignore[assignment]

    def clean_status(self) -> str:
        """A decision made meanwhile is not undone: the page comes again with it, and another choice then counts."""
        chosen, now = str(self.cleaned_data["status"]), self.ticket.status
        seen = self.data.get(self.add_initial_prefix("status")) or now
        if chosen == seen or now in (chosen, seen):
            return now if chosen == seen else chosen
        shown = {self.add_prefix("status"): now, self.add_initial_prefix("status"): now}
        self.data = dict(self.data.items()) | shown
        label = Ticket.Status(now).label
        raise forms.ValidationError(_("Meanwhile this ticket has become “%(now)s”. Choose again.") % {"now": label})

    def changes(self) -> dict[str, Any]:
        """The arguments for `triage.change`."""
        return {name: self.cleaned_data[name] for name in {"status", *self.changed_data}}
