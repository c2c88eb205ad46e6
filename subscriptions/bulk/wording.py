"""What a bulk act is called, what its page is headed by, by how far it has come, and what was chosen; in the admin's language."""

from datetime import date
from typing import Any

from django import forms

from products.models import Plan
from subscriptions.bulk.kinds import KINDS, Words
from subscriptions.models import BulkAct
from subscriptions.rules.dates_in_words import day

COUNTING, WAITING, NOTHING, DOING, STOPPED, DONE = (
    "Being counted",
    "Waiting for confirmation",
    "Nothing to do",
    "Being done",
    "Stopped",
    "Done",
)


def label(kind: str) -> str:
    """As its button on one subscription is called; the bare name where this version of the portal has no such kind."""
    return str(KINDS[kind].label) if kind in KINDS else kind


def asked(act: BulkAct, count: int) -> str:
    """To do it to so many, such as "Pause 3 subscriptions"."""
    return counted(_words(act.kind).ask, count)


def heading(act: BulkAct) -> str:
    words, name = _words(act.kind), label(act.kind)
    return {
        COUNTING: f"{name}: being counted",
        WAITING: f"{asked(act, act.ready)}?",
        NOTHING: f"{name}: nothing to do",
        DOING: f"{words.doing}: {act.tried:,} of {act.to_do:,}",
        STOPPED: f"{words.doing}: stopped at {act.tried:,} of {act.to_do:,}",
        DONE: counted(words.done, act.done),
    }[state_of(act)]


def state_of(act: BulkAct) -> str:
    if act.finished_at:
        return DONE
    if act.stopped_at:
        return STOPPED
    if act.confirmed_at:
        return DOING
    if not act.is_counted:
        return COUNTING
    return WAITING if act.ready else NOTHING


def counted(forms: tuple[str, str], count: int) -> str:
    """One of the two, with the number in it."""
    return forms[count != 1].replace("{}", f"{count:,}")


def chosen_values(act: BulkAct, today: date) -> list[tuple[Any, Any]]:
    """What was chosen for all, in words: labels and texts."""
    if act.kind not in KINDS:
        return []
    choices = KINDS[act.kind].choices(act.values, today=today)
    found = [(choices.fields.get(name), name, value) for name, value in act.values.items() if value]
    return [
        (str(choices[name].label).removesuffix(" (optional)"), _in_words(field, value))
        for field, name, value in found
        if field
    ]


def _in_words(field: forms.Field, value: str) -> str:
    """As its choice is called, where it was chosen among some, whether it can still be chosen or not."""
    if isinstance(field, forms.ModelChoiceField):
        return str(Plan.objects.filter(pk=value).select_related("product").first() or value)
    if isinstance(field, forms.DateField):
        try:
            return day(field.to_python(value))
        except forms.ValidationError:
            return value
    called = {str(each): label for each, label in getattr(field, "choices", ())}
    return str(called.get(value, value))


def _words(kind: str) -> Words:
    if kind in KINDS:
        return KINDS[kind].words
    return Words(
        (f"{kind}: {{}} subscription", f"{kind}: {{}} subscriptions"),
        kind,
        (f"{kind}: {{}} subscription done", f"{kind}: {{}} subscriptions done"),
    )
