from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def greeting(name: str = "") -> str:
    """The words that begin a mail or a start page. Nothing here knows which part of a name is the first one, so all is said."""
    return _("Hello %(name)s") % {"name": name} if name else _("Hello")
