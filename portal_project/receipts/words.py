from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from portal_project.common.locales import moment
from portal_project.receipts.models import Receipt


def given_in_words(receipt: Receipt) -> str:
    """When it was given, by the clock of then, such as "3 April 2026, 14:05 (CEST)"."""
    at = receipt.given_at.astimezone(ZoneInfo(receipt.zone))
    return _("%(moment)s (%(zone)s)") % {"moment": moment(at), "zone": _zone(at)}


def _zone(at: datetime) -> str:
    """Such as "CEST"; for the many zones without a name of their own, such as "UTC-03"."""
    name = at.tzname() or ""
    return f"UTC{name}" if name.startswith(("+", "-")) else name
