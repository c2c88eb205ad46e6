from typing import Any

from django.apps import AppConfig
from django.core.management import call_command
from django.db.models.signals import post_migrate


class PortalProjectConfig(AppConfig):
    """What `migrate` leaves ready: the roles, the cache table, and the worker's schedule."""

    name = "portal_project"
    verbose_name = "Subscription portal"

    def ready(self) -> None:
        from portal_project import checks

        checks.register()
        # This app comes last, so by then every table and permission is there.
        post_migrate.connect(prepare, sender=self)


def prepare(*, using: str, verbosity: int = 1, **kwargs: Any) -> None:
    from portal_project import schedule
    from portal_project.accounts import roles
    from portal_project.accounts.models import Merchant
    from products.models import cancellation_reason

    call_command("createcachetable", database=using, verbosity=0)
    roles.apply()
    Merchant.objects.using(using).get_or_create(pk=1)
    cancellation_reason.begin()
    schedule.apply()
