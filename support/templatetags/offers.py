"""What staff offer, on pages that know nothing of requests."""

from datetime import date

from django import template

from portal_project.accounts.models import User
from support.cancellations import offers
from support.models.offer import OfferQuerySet

register = template.Library()


@register.simple_tag
def open_offers(customer: User, today: date) -> OfferQuerySet:
    """What the customer can accept today."""
    return offers.open_for(customer, today)
