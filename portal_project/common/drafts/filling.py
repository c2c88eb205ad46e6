"""Putting a draft into the forms of a page, as initial values: what is typed, never what is hidden, secret or a file."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.contrib.admin.helpers import AdminForm
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.datastructures import MultiValueDict

Typed = MultiValueDict[str, str]


def fill(context: Mapping[str, Any], typed: Typed) -> bool:
    """Fill in the forms of a template's context that were sent; False where nothing of it was typed."""
    empty = [form for form in _forms(context, typed) if not form.is_bound]
    # A form of boxes that are all empty sends nothing, so a page's only form is meant anyway.
    sent = [form for form in empty if len(empty) == 1 or any(form.add_prefix(name) in typed for name in form.fields)]
    filled = [_fill(field, typed) for form in sent for field in form if _is_typed(field)]
    return any(filled)


def _forms(context: Mapping[str, Any], typed: Typed) -> Iterator[forms.BaseForm]:
    for name, value in context.items():
        form = value.form if isinstance(value, AdminForm) else value
        # An action of the admin's lists is worth nothing without the rows that were chosen for it.
        if isinstance(form, forms.BaseForm) and name != "action_form":
            yield form
    for inline in context.get("inline_admin_formsets", ()):
        yield from _rows(inline.formset, typed)


def _rows(formset: Any, typed: Typed) -> Iterator[forms.BaseForm]:
    """The forms of an inline, with as many new ones as were added; what was typed in a row is for that row alone."""
    total = typed.get(f"{formset.prefix}-TOTAL_FORMS") or ""
    if total.isdecimal():
        formset.extra = max(formset.extra, min(int(total[:4]), formset.max_num) - formset.initial_form_count())
        # They are made once, when first asked for.
        formset.__dict__.pop("forms", None)
    for form in formset.forms:
        if (typed.get(form.add_prefix(formset.model._meta.pk.name)) or "") == str(form.instance.pk or ""):
            yield form


def _is_typed(field: BoundField) -> bool:
    """Hidden fields are of the page of now, but for those that its form counts as part of what was typed."""
    widget = field.field.widget
    if field.field.disabled or isinstance(widget, forms.PasswordInput | forms.FileInput):
        return False
    return not widget.is_hidden or field.name in getattr(field.form, "kept_in_drafts", ())


def _fill(bound: BoundField, typed: Typed) -> bool:
    form, field = bound.form, bound.field
    if field.widget.value_omitted_from_data(typed, MultiValueDict(), bound.html_name):
        return False
    value = field.widget.value_from_datadict(typed, MultiValueDict(), bound.html_name)
    if isinstance(field, forms.ModelChoiceField) and not _is_choice(field, value):
        return False
    if field.show_hidden_initial:
        # What the page says it was before stays true, so that the typed value counts as a change.
        before = form.get_initial_for_field(field, bound.name)
        form.data[bound.html_initial_name] = field.prepare_value(before)  # type: ignore[index]
    form.initial[bound.name] = bound.initial = value
    return True


def _is_choice(field: forms.ModelChoiceField, value: Any) -> bool:
    """Some widgets ask the database for what they show."""
    try:
        field.to_python(value)
    except ValidationError:
        return False
    return True
