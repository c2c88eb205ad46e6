"""The reasons to leave that a page offers. It carries them, signed: a request keeps the one that was chosen as it was worded."""

from collections.abc import Iterable

from django.core import signing
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from products.models import CancellationReason

SALT = "support.cancellations.reasons.in_languages"


def offered(carried: str) -> dict[str, CancellationReason]:
    """By their codes, those of the page that carried this, in its words; the present ones where it is none of ours.

    Not to be saved. One that was deleted since is no longer among them.
    """
    known = {reason.code: reason for reason in CancellationReason.objects.all()}
    try:
        worded = {code: (label, others) for code, label, others in signing.loads(carried, salt=SALT)}
    except signing.BadSignature:
        return {code: reason for code, reason in known.items() if reason.is_active}
    for code in worded.keys() & known.keys():
        label, others = worded[code]
        known[code].label = label
        known[code].translations = {language: {"label": text} for language, text in others.items()}
    return {code: known[code] for code in worded if code in known}


def carry(reasons: Iterable[CancellationReason]) -> str:
    """For the page's hidden field."""
    worded = [(reason.code, reason.label, reason.others) for reason in reasons]
    return signing.dumps(worded, salt=SALT, compress=True)


def asking_for_words(reasons: Iterable[CancellationReason]) -> str:
    """The sentence for whoever chooses one of those that ask for a few words; empty where none does."""
    asking = [_("“%(reason)s”") % {"reason": reason.shown_label} for reason in reasons if reason.asks_for_words]
    if not asking:
        return ""
    return _("If you chose %(reasons)s, a few words help us understand.") % {"reasons": get_text_list(asking, _("or"))}
