from products.models.alternative import Alternative
from products.models.cancellation_reason import NOT_SAID, CancellationReason
from products.models.offer_terms import OfferKind, OfferTerms
from products.models.plan import Plan, price_fact, price_text, validate_currency
from products.models.product import CancellationMode, PauseStarts, Product, ResumeRule

__all__ = [
    "NOT_SAID",
    "Alternative",
    "CancellationMode",
    "CancellationReason",
    "OfferKind",
    "OfferTerms",
    "PauseStarts",
    "Plan",
    "Product",
    "ResumeRule",
    "price_fact",
    "price_text",
    "validate_currency",
]
