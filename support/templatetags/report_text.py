"""Shares of people, and what lies between two of them, in words."""

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from support.reports.proportions import Difference, Share

register = template.Library()


@register.filter
def share(value: Share) -> str:
    """Such as "414 of 460 (90.0 %)"."""
    if not value.of:
        return _("nobody yet")
    return _("%(count)s of %(of)s (%(percent)s %%)") % {
        "count": number_format(value.count),
        "of": number_format(value.of),
        "percent": number_format(100 * value.value, 1),
    }


@register.filter
def points(difference: Difference) -> str:
    """In percentage points with its interval, such as "+4.2 points (0.3 to 8.1)"; or that nobody can tell."""
    if not difference.is_told:
        return _("too few to tell")
    return _("%(value)s points (%(low)s to %(high)s)") % {
        name: _signed(100 * getattr(difference, name)) for name in ("value", "low", "high")
    }


def _signed(points: float) -> str:
    return f"{'+' if points > 0 else '−'}{number_format(abs(points), 1)}"
