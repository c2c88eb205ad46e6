"""Addresses of the whole portal; `include()` and views by name only, so that no app is imported here."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, register_converter

from portal_project import public_views
from portal_project.common.numbers import NumberConverter

# Before the apps' own addresses are read, which have numbers in them.
register_converter(NumberConverter, "number")

handler400 = "portal_project.errors.bad_request"
handler500 = "portal_project.errors.server_error"

urlpatterns = [
    path("admin/login/", public_views.admin_login),
    path("admin/", admin.site.urls),
    # A person has one address, the one on their account; allauth's page for more of them stays closed.
    path("accounts/email/", public_views.closed, name="account_email"),
    path("accounts/", include("portal_project.accounts.urls")),
    path("accounts/", include("allauth.account.urls")),
    # Recovery codes are told once, and their page has them as a file.
    path("accounts/2fa/recovery-codes/download/", public_views.closed, name="mfa_download_recovery_codes"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    # First, because home, cancel and withdraw touch subscriptions and tickets, and so live in support.
    path("", include("support.portal.root_urls")),
    path("subscriptions/", include("subscriptions.portal.urls")),
    path("invoices/", include("subscriptions.portal.invoice_urls")),
    path("support/", include("support.portal.urls")),
    path("receipts/", include("portal_project.receipts.urls")),
    path("", include("portal_project.public_urls")),
]

# Allauth asks for it where its own limits strike.
handler429 = "portal_project.accounts.sign_in.too_many_requests"

if settings.DEBUG:
    urlpatterns.append(path("demo/mails/", include("portal_project.mail.demo_urls")))
