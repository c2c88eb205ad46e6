"""The admin's pages of a model, as all of ours are: with the theme, and proof against what nobody types but anybody can send."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import FieldDoesNotExist
from django.db.models import IntegerField, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold import admin as unfold
from unfold.decorators import display
from unfold.views import ChangeList

from portal_project.common.change_list import SafeChangeList
from portal_project.common.keys import key
from portal_project.common.lists import list_at, rows_of
from portal_project.common.lists_in_words import in_words

Columns = Sequence[tuple[str, str | Callable[[Any], object]]]


class Autocomplete(AutocompleteSelect):
    """When the form comes again with its errors, nothing is chosen for what is no key."""

    def build_attrs(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """With a text while nothing is chosen, which is also what the field is called to those who cannot see it."""
        return super().build_attrs(*args, **kwargs) | {"data-placeholder": _("Choose")}

    def optgroups(self, name: str, value: Sequence[str], attrs: Any = None) -> Any:
        return super().optgroups(name, [each for each in value if not each or key(each) is not None], attrs)


class KeysField(forms.ModelMultipleChoiceField):
    """Rows chosen by their keys; what is no key is a choice that does not exist."""

    def clean(self, value: Any) -> Any:
        for each in value or ():
            if key(each) is None:
                raise forms.ValidationError(
                    self.error_messages["invalid_pk_value"], code="invalid_pk_value", params={"pk": each}
                )
        return super().clean(value)


class Translated(admin.options.BaseModelAdmin):
    """Whoever may only read a page reads texts in other languages as such, and not as the column holds them."""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return fieldsets
        return [
            (name, options | {"fields": [_readable(each) for each in options["fields"]]}) for name, options in fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """With what stands in the place of a column, or rows below a page and its history would ask the model for it."""
        fields = super().get_readonly_fields(request, obj)
        has_texts = any(field.name == "translations" for field in self.opts.fields)
        return (*fields, "in_other_languages") if has_texts and not self.has_change_permission(request, obj) else fields

    @display(description="in other languages")
    def in_other_languages(self, row: Any) -> SafeString | str:
        names = dict(settings.LANGUAGES)
        lines = [
            (names.get(code, code), code, " · ".join(texts.values()))
            for code, texts in sorted(row.translations.items())
        ]
        return format_html_join(mark_safe("<br>"), '{}: <span lang="{}" dir="auto">{}</span>', lines) or "–"


def _readable(field: Any) -> Any:
    return "in_other_languages" if field == "translations" else field


class ModelAdmin(Translated, unfold.ModelAdmin):
    """Where an address holds what cannot be a key, there is no page; of rows that were chosen, only keys count."""

    empty_value_display = "–"

    csv_columns: Columns = ()
    """The name of each column of the list as a CSV file, and what a row has in it: a path such as "subscription.customer.email",
    or a function of the row. None of them asks the database. Without, there is no file: `tests/exports/test_every_list.py`
    asks for the reason.
    """

    @property
    def csv_name(self) -> str:
        """What its rows are called, such as "invoices"."""
        return str(self.opts.verbose_name_plural)

    def csv_rows(self, query: str, reader: AbstractBaseUser) -> QuerySet[Any]:
        """What stands in such a file: all rows of the list at that address."""
        return rows_of(self, query, reader)

    def csv_filters(self, query: str, reader: AbstractBaseUser) -> list[str]:
        """What such a file is narrowed to, in words, such as "status: Active"."""
        return in_words(list_at(self, query, reader), query)

    def list_links(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Above the rows of the list: what else may be done with all that it finds, as label and address."""
        if not self.csv_columns:
            return []
        return [
            ("Download CSV", f"{reverse('admin:csv_take', args=[self.opts.label_lower])}?{request.GET.urlencode()}")
        ]

    def log_discarded(self, request: HttpRequest, row: Any, message: str) -> None:
        """For the page “Who did what”, in the transaction in which the row goes by an own button."""
        by: Any = request.user.pk
        LogEntry.objects.log_actions(by, [row], DELETION, message)

    @property
    def urls(self) -> list[URLPattern]:
        patterns: list[URLPattern] = self.get_urls()
        for pattern in patterns:
            pattern.callback = _with_keys(self.model, pattern.callback)
        return patterns

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return SafeChangeList

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the address fills a new form with, without keys that are none."""
        initial = super().get_changeform_initial_data(request)
        return {name: value for name, value in initial.items() if self._may_fill(name, value)}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", Autocomplete(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(db_field, request, **{"form_class": KeysField} | kwargs)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        sent = request.POST.copy()
        chosen = [each for each in sent.getlist(ACTION_CHECKBOX_NAME) if _may_be_key(self.model, each)]
        sent.setlist(ACTION_CHECKBOX_NAME, chosen)
        request.POST = sent  # type: ignore[assignment]
        return super().response_action(request, queryset)

    def _get_edited_object_pks(self, request: HttpRequest, prefix: str) -> list[str]:
        """Of the rows that are edited in a list, such as put in order."""
        sent = super()._get_edited_object_pks(request, prefix)
        return [each for each in sent if _may_be_key(self.model, each)]

    def _may_fill(self, name: str, value: Any) -> bool:
        try:
            related = self.opts.get_field(name).related_model
        except FieldDoesNotExist:
            return True
        keys = value if isinstance(value, list) else [value]
        return not related or all(_may_be_key(related, each) for each in keys)


class ReadOnly:
    """Mixed into the pages of rows that nobody adds, changes or deletes there: what may be done to them has pages of its own."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class FormSet(forms.BaseInlineFormSet):
    """Takes so many new rows at once besides those that are there, whatever number is sent: each costs time to make."""

    NEW = 30
    default_error_messages = {
        "too_many_forms": gettext_lazy(
            "There are more rows than this page takes at once. Save with fewer new ones, then add the rest."
        )
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.max_num = self.absolute_max = min(self.max_num, len(self.get_queryset()) + self.NEW)


class TabularInline(unfold.TabularInline):
    """Rows of other models on a page, each field called as its column is."""

    formset = FormSet

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and field.label:
            field.widget.attrs.setdefault("aria-label", field.label)
        return field


class StackedInline(unfold.StackedInline):
    """Rows of other models on a page, each a form of its own."""

    formset = FormSet

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(db_field, request, **{"form_class": KeysField} | kwargs)


def _may_be_key(model: Any, sent: object) -> bool:
    """Whether a row of the model can have it; the worker's tasks have texts as keys."""
    return key(sent) is not None if isinstance(model._meta.pk, IntegerField) else "\0" not in str(sent)


def _with_keys(model: Any, view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The view of a model's page, all of whose arguments are keys."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not all(_may_be_key(model, each) for each in (*args, *kwargs.values())):
            raise Http404
        return view(request, *args, **kwargs)

    return checked
