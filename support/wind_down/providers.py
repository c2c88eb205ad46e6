"""Who is told to switch auto-renew, per kind of service (`docs/operations.md`, Providers).

A kind that the setting `PROVIDERS` does not name is wound down by hand: the step is there for staff, and nobody is called.
"""

from functools import cache
from typing import Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from subscriptions.models import LinkedService


class Provider(Protocol):
    """A class without arguments, named in `PROVIDERS`. One object of it serves all threads of a process."""

    def switch_auto_renew(self, service: LinkedService, on: bool) -> None:
        """Have the provider renew the service by itself, or not.

        Returns once the provider has confirmed it, and raises whatever went wrong, in words that staff read. It is called
        again where no answer was noted, so it does no harm to say the same twice; and it should give up by itself within
        `PROVIDER_SECONDS`, for until it returns the service is not called again, for an hour at most.
        """


def provider_of(kind: str) -> Provider | None:
    """None where the kind is wound down by hand."""
    path = settings.PROVIDERS.get(kind)
    return _made(path) if path else None


def check() -> None:
    """Raises `ImproperlyConfigured` for a setting that could not be used when it is needed."""
    for kind, path in settings.PROVIDERS.items():
        if kind not in LinkedService.Kind.values:
            kinds = ", ".join(LinkedService.Kind.values)
            raise ImproperlyConfigured(f"PROVIDERS names the kind {kind!r}; it should be one of {kinds}.")
        try:
            provider = _made(path)
        except Exception as error:
            raise ImproperlyConfigured(f"PROVIDERS names {path!r}, which cannot be used: {error}.") from error
        if not callable(getattr(provider, "switch_auto_renew", None)):
            raise ImproperlyConfigured(f"PROVIDERS names {path!r}, which has no method switch_auto_renew.")


@cache
def _made(path: str) -> Provider:
    provider: Provider = import_string(path)()
    return provider
