"""For all templates: which language a page is in, and days and instants as that one writes them."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi

from portal_project.common import locales

register = template.Library()


@register.simple_tag
def lang_and_dir() -> SafeString:
    """The attributes of the page's root."""
    return format_html('lang="{}" dir="{}"', get_language(), "rtl" if get_language_bidi() else "ltr")


@register.simple_tag
def language_of(written: Any) -> SafeString:
    """The attributes of what somebody has written: their language, where its row knows one, and the direction by its letters."""
    language = format_html('lang="{}" ', written.language) if written.language else ""
    return format_html('{}dir="auto"', language)


@register.filter
def plain(text: str) -> str:
    """For where no markup may be, as in the title of a page."""
    return str(text)


@register.filter(expects_localtime=True)
def day(value: date | None) -> str:
    return locales.day(value)


@register.filter(expects_localtime=True)
def short_day(value: date | None) -> str:
    return locales.short_day(value)


@register.filter(expects_localtime=True)
def moment(value: datetime | None) -> str:
    return locales.moment(value)
