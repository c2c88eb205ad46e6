from typing import Any

from django import template
from django.http import HttpRequest

from portal_project.accounts import saved_view_admin
from portal_project.accounts.people import person

register = template.Library()


@register.inclusion_tag("admin/_saved_views.html", takes_context=True)
def saved_views(context: dict[str, Any], opts: Any) -> dict[str, Any]:
    """Above a list of the admin: this person's views of it, and a form to keep it as it is narrowed now."""
    request: HttpRequest = context["request"]
    query = saved_view_admin.kept(request.META.get("QUERY_STRING", ""))
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "list": opts.label_lower,
        "views": saved_view_admin.of(person(request), opts.label_lower),
        "query": query,
    }
