"""Addresses of the whole portal; `include()` and views by name only, so that no app is imported here."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    # The admin's own sign-in has no limits on attempts; this one has.
    path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.account.urls")),
    # First, because home, cancel and withdraw touch subscriptions and tickets, and so live in support.
    path("", include("support.root_urls")),
    path("subscriptions/", include("subscriptions.urls")),
    path("invoices/", include("subscriptions.invoice_urls")),
    path("support/", include("support.urls")),
    path("", include("portal_project.public_urls")),
]

if settings.DEBUG:
    urlpatterns.append(path("demo/mails/", include("portal_project.mail.demo_urls")))
