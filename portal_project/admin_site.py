"""The admin's navigation and header."""

from django.http import HttpRequest


def header(request: HttpRequest) -> str:
    from portal_project.accounts.models import Merchant

    return Merchant.load().name
