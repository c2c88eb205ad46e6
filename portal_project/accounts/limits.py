"""How often somebody may try a password or ask for a mail: by account and IP address together, by IP address, by account.

The first stops whoever guesses, and nobody at another address can use it up. The last only stops a crowd of addresses: it
is so high that one address alone does not reach it. Counted by allauth in Django's cache.
"""

import math
import time

from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import RateLimitUsage
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.translation import ngettext

from portal_project.common import normalize

APP = "portal"
HERE, ADDRESS, ACCOUNT = "here", "address", "account"
"""By account and IP address together, by IP address, by account."""
LIMITS = {
    "sign-in": [(ADDRESS, "30/m/key")],
    "password": [(HERE, "5/5m/key"), (HERE, "20/h/key"), (ADDRESS, "10/m/key"), (ACCOUNT, "50/h/key")],
    "second-step": [(HERE, "5/5m/key"), (HERE, "20/h/key"), (ADDRESS, "10/m/key"), (ACCOUNT, "50/h/key")],
    "code": [(HERE, "3/m/key"), (HERE, "20/h/key"), (ADDRESS, "20/m/key"), (ACCOUNT, "50/h/key")],
    "change-address": [(ACCOUNT, "10/h/key")],
    "archive": [(ACCOUNT, "10/h/key")],
    # Mails to an address that somebody wants to have.
    "address": [(HERE, "3/m/key"), (HERE, "10/h/key"), (ADDRESS, "20/m/key"), (ACCOUNT, "50/h/key")],
    "reset": [(HERE, "5/m/key"), (HERE, "20/h/key"), (ADDRESS, "20/m/key"), (ACCOUNT, "50/h/key")],
}


class TooManyAttempts(ValidationError):
    """A limit is reached; the message says when to try again."""

    def __init__(self, seconds: float) -> None:
        minutes = max(1, math.ceil(seconds / 60))
        text = ngettext(
            "There were too many attempts. Please try again in %(minutes)d minute.",
            "There were too many attempts. Please try again in %(minutes)d minutes.",
            minutes,
        )
        super().__init__(text % {"minutes": minutes}, code="too_many_attempts")


def consume(request: HttpRequest, action: str, email: str) -> RateLimitUsage:
    """Count one attempt; `rollback()` of the result takes it back. Raises `TooManyAttempts`, and then counts nothing."""
    counted = RateLimitUsage([])
    for scope, rate in LIMITS[action]:
        key = _key(request, scope, email)
        usage = ratelimit.consume(request, app=APP, action=action, config={action: rate}, key=key, limit_get=True)
        if usage is None:
            counted.rollback()
            raise TooManyAttempts(_wait(request, action, rate, key))
        counted.usage += usage.usage
    return counted


def clear(request: HttpRequest, email: str, *scopes: str) -> None:
    """Forget the wrong passwords that were counted for this account, in these scopes."""
    for scope, rate in LIMITS["password"]:
        if scope in scopes:
            key = _key(request, scope, email)
            ratelimit.clear(request, app=APP, action="password", config={"password": rate}, key=key)


def refused(form: BaseForm) -> bool:
    """Whether a limit is why the form is not valid."""
    errors = (error for field in form.errors.as_data().values() for error in field)
    return any(isinstance(error, TooManyAttempts) for error in errors)


def _key(request: HttpRequest, scope: str, email: str) -> str:
    """What is counted; every way to write an account's e-mail address counts for the same account."""
    address, account = ratelimit.get_ip(request), normalize.address(email)
    return f"{scope}: " + {HERE: f"{address} {account}", ADDRESS: address, ACCOUNT: account}[scope]


def _wait(request: HttpRequest, action: str, rate: str, key: str) -> float:
    """Seconds until the next attempt is within the rate."""
    limit = ratelimit.parse_rate(rate)
    newest_first = cache.get(ratelimit.get_cache_key(request, app=APP, action=action, rate=limit, key=key), [])
    return newest_first[limit.amount - 1] + limit.duration - time.time() if len(newest_first) >= limit.amount else 0
