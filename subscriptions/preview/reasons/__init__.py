"""Why a date is the date it is: one sentence or two made from the rule and its inputs (`docs/design.md`, Dates).

The rules themselves stand in `periods`, `policies` and `billing`; here they are only told, from a subscription's dates and
from the changes that set them.
"""

from subscriptions.models import Subscription
from subscriptions.preview.reasons.billing import why_billed_until, why_first_bill
from subscriptions.preview.reasons.ending import why_end, why_it_ends
from subscriptions.preview.reasons.history import History
from subscriptions.preview.reasons.pausing import why_paused, why_pauses, why_resumes

__all__ = ["History", "why_dates", "why_it_ends"]


def why_dates(subscription: Subscription, history: History) -> dict[str, str]:
    """Per date that is shown of a subscription, why it is that day; empty where there is no such date, or no more to say.

    The keys: `period_end`, which is also the next billing date; `first_bill`, the day of the first upcoming bill; `paused_on`,
    `pauses_on`, `resumes_on`; and `end`, to come or past.
    """
    return {
        "period_end": why_billed_until(subscription, history),
        "first_bill": why_first_bill(subscription, history),
        "paused_on": why_paused(subscription, history),
        "pauses_on": why_pauses(subscription),
        "resumes_on": why_resumes(subscription, history),
        "end": why_end(subscription, history),
    }
