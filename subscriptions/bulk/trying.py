"""An act carried out on one subscription of many, in memory, by the form that one click would use."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import structlog
from django.db import DatabaseError
from django.utils.text import Truncator

from subscriptions.bulk.kinds import KINDS, Values
from subscriptions.confirm.forms import ActionForm
from subscriptions.models import BulkRow, Subscription
from subscriptions.rules.states import Code, NotAllowed

if TYPE_CHECKING:
    from portal_project.accounts.models import User

log = structlog.get_logger(__name__)
State = BulkRow.State
RIGHT = "subscriptions.add_bulkact"
WENT_WRONG = "Something went wrong with this subscription; the log says what."
LONGEST = 500


@dataclass(frozen=True)
class Outcome:
    """What it came to, or why not: in the words that one click would be refused with."""

    state: BulkRow.State
    reason: str = ""
    form: ActionForm | None = None
    """By which it was done, where it was."""

    @property
    def effect(self) -> str:
        return self.form.effect.fingerprint if self.form else ""


def attempt(
    kind: str, values: Values, subscription: Subscription, *, by: "User", today: date, shared: dict[str, Any]
) -> Outcome:
    """Do it to this very object, which is caught up to `today`. Where it came to nothing, the object is not to be written.

    `shared` is what the form's class has read for many.
    """
    if not (by.is_staff and by.has_perm(RIGHT)):
        return Outcome(State.REFUSED, "Your role does not include acts on many subscriptions.")
    if subscription.customer_id == by.pk:
        return Outcome(State.REFUSED, "This is your own subscription: use its page.")
    try:
        data = KINDS[kind].data(subscription, values)
        form = KINDS[kind].form_class(data, subscription=subscription, by=by, today=today, **shared)
        form.verdict().enforce()
        if not form.is_valid():
            return Outcome(State.REFUSED, cut(" ".join(str(text) for texts in form.errors.values() for text in texts)))
        form.carry_out()
    except NotAllowed as refusal:
        verdict = refusal.verdict
        return Outcome(State.ALREADY if verdict.code == Code.DONE else State.REFUSED, cut(verdict.reason))
    except DatabaseError:
        # The transaction is spoilt, and so it is not this row's alone.
        raise
    except Exception:  # whatever is wrong with one must not stop the others
        log.exception("row of a bulk act not tried", number=subscription.number)
        return Outcome(State.FAILED, WENT_WRONG)
    return Outcome(State.READY, form=form)


def cut(text: str) -> str:
    return Truncator(text).chars(LONGEST)
