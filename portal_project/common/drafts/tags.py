"""The `csrf_token` tag for all templates, with the mark of the page beside it; so no form can be without."""

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html

from portal_project.common.drafts.marks import FIELD

register = template.Library()


class MarkedCsrfTokenNode(CsrfTokenNode):
    def render(self, context: Context) -> Any:
        token, page = super().render(context), getattr(context.get("request"), "draft_page", None)
        if page is None:
            return token
        return token + format_html('<input type="hidden" name="{}" value="{}">', FIELD, page.mark())


@register.tag
def csrf_token(parser: Parser, token: Token) -> MarkedCsrfTokenNode:
    return MarkedCsrfTokenNode()
