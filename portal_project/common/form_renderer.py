"""Fields of forms, written at once: Django renders two templates for an input, and three more for every option of a choice."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

Widget = dict[str, Any]
"""What a widget gives its template."""
INPUTS = (
    "checkbox", "color", "date", "datetime", "email", "file", "hidden",
    "number", "password", "search", "tel", "text", "time", "url",
)  # fmt: skip
OPTIONS = ("checkbox_option", "radio_option")


class FormRenderer(DjangoTemplates):
    """Django's own, with the same HTML; the widgets that have none of `WRITERS` go on having their template."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        write = WRITERS.get(template_name)
        return write(context["widget"]) if write else super().render(template_name, context, request)


def _input(widget: Widget) -> SafeString:
    value = "" if widget["value"] is None else format_html(' value="{}"', widget["value"])
    return format_html('<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], value, _attributes(widget))


def _option(widget: Widget) -> SafeString:
    """Of several to tick, or to choose one from."""
    box = _input(widget)
    if not widget.get("wrap_label"):
        return box
    name = widget["attrs"].get("id")
    opening = format_html('<label for="{}">', name) if name else mark_safe("<label>")
    return format_html("{}{} {}</label>", opening, box, widget["label"])


def _textarea(widget: Widget) -> SafeString:
    return format_html(
        '<textarea name="{}"{}>\n{}</textarea>', widget["name"], _attributes(widget), widget["value"] or ""
    )


def _select(widget: Widget) -> SafeString:
    groups = format_html_join("", "{}", ((line,) for line in _groups(widget["optgroups"])))
    return format_html('<select name="{}"{}>{}\n</select>', widget["name"], _attributes(widget), groups)


def _groups(groups: Iterable[tuple[Any, list[Widget], int]]) -> Iterator[SafeString]:
    for name, options, _index in groups:
        written = format_html_join(
            "",
            '\n  <option value="{}"{}>{}</option>',
            ((option["value"], _attributes(option), option["label"]) for option in options),
        )
        yield format_html('\n  <optgroup label="{}">{}\n  </optgroup>', name, written) if name else written


def _attributes(widget: Widget) -> SafeString:
    given = ((name, value) for name, value in widget["attrs"].items() if value is not False)
    return mark_safe(
        "".join(
            format_html(" {}", name) if value is True else format_html(' {}="{}"', name, value) for name, value in given
        )
    )


WRITERS: dict[str, Callable[[Widget], SafeString]] = {
    f"django/forms/widgets/{name}.html": write
    for name, write in {
        **dict.fromkeys(INPUTS, _input),
        **dict.fromkeys(OPTIONS, _option),
        "textarea": _textarea,
        "select": _select,
    }.items()
}
