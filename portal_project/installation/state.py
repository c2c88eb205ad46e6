"""What the checks look at, and what they answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from django.utils import timezone

from portal_project.accounts.models import Customer, Merchant
from portal_project.common import worker
from portal_project.common.counting import counts
from portal_project.mail.models import MailServer, OutgoingMail
from products.models import Plan, Product
from subscriptions.admin import filters
from subscriptions.models import JobRun

# For a mail that is due to leave; the worker looks each minute, and is sometimes busy.
STUCK_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Finding:
    """What a check found, in words; where it is not well, with what to do."""

    is_well: bool
    text: str
    hint: str = ""
    url: str = ""
    """The page of the admin that it is about, if there is one."""


class Begun(NamedTuple):
    products: int
    plans: int
    """That can be sold."""
    customers: int


class Waiting(NamedTuple):
    failed: int
    pending: int
    stuck: int
    """Mails that should have left a while ago."""
    late: int
    """Subscriptions that were not brought up to date."""


class Installation:
    """Each part is read once, and only where a check asks for it."""

    def __init__(self, now: datetime, opened_at: str = "") -> None:
        """`opened_at` is scheme and host by which somebody looks at this; empty where nobody does, as on a command line."""
        self.now = now
        self.opened_at = opened_at

    @cached_property
    def business(self) -> Merchant:
        return Merchant.recent()

    @cached_property
    def begun(self) -> Begun:
        sold = Plan.objects.filter(is_active=True, product__is_active=True)
        return Begun(*counts([Product.objects.all(), sold, Customer.objects.all()]))

    @cached_property
    def worker_seen(self) -> datetime | None:
        return worker.last_seen()

    @cached_property
    def job(self) -> JobRun | None:
        return JobRun.objects.first()

    @cached_property
    def mail_server(self) -> MailServer:
        """As it is noted, or as it begins."""
        return MailServer.objects.first() or MailServer(pk=1)

    @cached_property
    def waiting(self) -> Waiting:
        mails, pending = OutgoingMail.objects, OutgoingMail.objects.filter(state=OutgoingMail.State.PENDING)
        return Waiting(
            *counts(
                [
                    mails.filter(state=OutgoingMail.State.FAILED),
                    pending,
                    pending.filter(next_attempt_at__lt=self.now - STUCK_AFTER),
                    filters.late(timezone.localdate(self.now)),
                ]
            )
        )
