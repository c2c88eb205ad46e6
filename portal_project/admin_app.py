"""The admin's site: the theme's, but without the list of apps that Django makes for every page and ours do not show."""

from functools import partial
from typing import Any

from django.contrib.admin import apps
from django.http import HttpRequest
from django.urls import include, path
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite


class AdminSite(UnfoldAdminSite):
    def get_urls(self) -> list[Any]:
        """With the pages that belong to no model."""
        own = [
            path("system/", include("portal_project.installation.urls")),
            path("csv/", include("portal_project.exports.urls")),
            path("saved-views/", include("portal_project.accounts.saved_view_urls")),
            path("who-did-what/", include("portal_project.who_did_what.urls")),
        ]
        return [*own, *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Made when a page looks at it, as it does for somebody who may see none of the navigation."""
        return SimpleLazyObject(partial(super().get_app_list, request, app_label))


class AdminConfig(apps.AdminConfig):
    default_site = "portal_project.admin_app.AdminSite"
