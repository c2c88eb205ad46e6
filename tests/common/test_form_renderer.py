"""Fields of forms are written without templates, and are what Django's templates make of them."""

import re
from datetime import date

import pytest
from django import forms
from django.forms import widgets
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe

from portal_project.common.form_renderer import INPUTS, OPTIONS, WRITERS, FormRenderer

ODD = "<b> \"x\" & 'y'"
CHOICES = [("", "Any"), (1, ODD), ("Fruit", [("a", "Apple"), ("p", mark_safe("<i>Pear</i>"))]), (ODD, "odd")]


class EveryField(forms.Form):
    boolean = forms.BooleanField(required=False)
    line = forms.CharField(max_length=5, help_text="Short", widget=forms.TextInput(attrs={"class": ODD, "data-x": 0}))
    lines = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}))
    number = forms.IntegerField(min_value=0)
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    moment = forms.DateTimeField()
    hour = forms.TimeField()
    address = forms.EmailField()
    url = forms.URLField(assume_scheme="https")
    secret = forms.CharField(widget=forms.PasswordInput)
    search = forms.CharField(widget=forms.SearchInput)
    phone = forms.CharField(widget=forms.TelInput)
    color = forms.CharField(widget=forms.ColorInput)
    file = forms.FileField(widget=forms.FileInput)
    hidden = forms.CharField(widget=forms.HiddenInput, initial=ODD)
    choice = forms.ChoiceField(choices=CHOICES, show_hidden_initial=True)
    several = forms.MultipleChoiceField(choices=CHOICES)
    unknown = forms.NullBooleanField()
    one = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect)
    some = forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple)
    disabled = forms.ChoiceField(choices=[], disabled=True, required=False)


VALUES = {"line": ODD, "lines": f"\n{ODD}", "number": "1000", "day": date(2026, 4, 5), "choice": "1", "secret": "x"}


def html_of(field):
    """Its HTML, with one blank wherever blanks and line breaks follow a tag."""
    return re.sub(r"(?<=>)\s+", " ", str(field))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"initial": VALUES | {"boolean": True, "several": ["a", ODD], "unknown": True}},
        {"data": VALUES | {"boolean": "on", "several": ["p"], "hidden": "\0"}},
        {"data": {}},
    ],
)
def test_each_field_is_what_django_makes_of_it(given):
    theirs, ours = (EveryField(renderer=renderer(), **given) for renderer in (DjangoTemplates, FormRenderer))
    for field in theirs:
        assert html_of(ours[field.name]) == html_of(field), field.name
        for mine, one in zip(ours[field.name], field, strict=True):
            assert html_of(mine) == html_of(one), field.name
            assert html_of(mine.tag()) == html_of(one.tag()), field.name


def test_none_of_django_s_inputs_is_forgotten():
    found = [each for each in vars(widgets).values() if isinstance(each, type) and issubclass(each, widgets.Input)]
    shared = {"django/forms/widgets/input.html", "django/forms/widgets/multiple_hidden.html"}
    plain = {each.template_name for each in found if each is not forms.ClearableFileInput} - shared
    assert plain == {f"django/forms/widgets/{name}.html" for name in INPUTS}
    assert len(WRITERS) == len(INPUTS) + len(OPTIONS) + 2
