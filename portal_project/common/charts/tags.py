"""The tag `{% chart "bars" data %}`: a figure with a drawing, what there is to see in it, and its numbers as a table."""

from typing import Any

from django import template

from portal_project.common.charts.drawing import DRAWINGS, Chart

register = template.Library()


@register.inclusion_tag("portal/charts/_figure.html")
def chart(kind: str, data: Chart, name: str) -> dict[str, Any]:
    """`kind` is bars, stacked or line; `name` tells it from other charts of the page."""
    return {"kind": kind, "chart": data, "name": name, "drawing": DRAWINGS[kind](data)}
