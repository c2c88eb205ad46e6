"""What a change of the Customer Portal Actions means for the subscriptions that are there, and where a setting surprises."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from products.models import Alternative, OfferKind, Plan, Product
from subscriptions.models import Subscription, SubscriptionQuerySet
from subscriptions.rules.actions import ACTIONS
from subscriptions.rules.offers import in_words
from subscriptions.rules.refusals import cancel_action, longer_than_a_pause_may_be
from subscriptions.rules.states import Action
from support.admin.products.examples import example
from support.models import CancellationRequest

OF_PAUSES = ("pause_starts", "resume_rule", "max_pause_days", "max_pauses_per_year")
ACTION_FIELDS = ("allow_pause", "allow_cancel", "allow_plan_change", "cancellation_mode", "notice_days", *OF_PAUSES)


def changes(before: Product, after: Product) -> str:
    """Which of the actions change, from what to what, for a form to carry; empty for none."""
    values = [(name, getattr(before, name), getattr(after, name)) for name in ACTION_FIELDS]
    return "; ".join(f"{name}: {was} > {now}" for name, was, now in values if was != now)


def consequences(before: Product, after: Product, today: date) -> list[str]:
    """For how many subscriptions what changes, a sentence each, each counted in one query; none for what is not saved yet."""
    if before.pk is None or not changes(before, after):
        return []
    there = Subscription.objects.filter(plan__product=before.pk)
    was, now = example(before, [], today), example(after, [], today)
    told = [*_buttons(was, now, there), *_canceling(was, now, there), *_pausing(before, now, there)]
    return [sentence for sentence in told if sentence]


def surprises(
    product: Product, plans: Sequence[Plan], alternatives: Iterable[Alternative], today: date
) -> Iterator[str]:
    """Where the settings do something else than one might think."""
    subscription = example(product, plans, today)
    canceling = cancel_action(subscription)
    if not _is_offered(Action.PAUSE, subscription) and not _is_offered(canceling, subscription):
        yield "Customers can neither pause nor cancel: they write to your support."
    if canceling == Action.CANCEL and _is_offered(canceling, subscription) and product.notice_days:
        yield f"Canceling takes effect at once, so the notice period ({product.notice_days} days) is not used."
    active = [alternative for alternative in alternatives if alternative.is_active]
    if canceling == Action.CANCEL or not _is_offered(canceling, subscription):
        if active:
            yield "Alternatives stand on the page that requests a cancellation, so nobody is shown those of this product."
        return
    for alternative in active:
        is_pause = alternative.kind == OfferKind.PAUSE
        if is_pause and longer_than_a_pause_may_be(subscription, alternative.pause_days):
            yield f"The alternative “{in_words(alternative)}” is longer than a pause may be, so nobody is shown it."


def _is_offered(action: Action, subscription: Subscription) -> bool:
    """Whether the product leaves the action to customers, whatever is possible now."""
    return not ACTIONS[action].why_not_offered(subscription)


def _buttons(was: Subscription, now: Subscription, there: SubscriptionQuerySet) -> Iterator[str]:
    """Which buttons come and go."""
    for before, after in (
        (Action.PAUSE, Action.PAUSE),
        (cancel_action(was), cancel_action(now)),
        (Action.CHANGE_PLAN, Action.CHANGE_PLAN),
    ):
        had, has = _is_offered(before, was), _is_offered(after, now)
        if had and not has:
            yield _on(there.with_room_for(after), f"customers will no longer see {_label(after)}")
        elif has and not had:
            where = " where another plan is open to them" if after == Action.CHANGE_PLAN else ""
            yield _on(there.with_room_for(after), f"customers will see {_label(after)}{where}")


def _canceling(was: Subscription, now: Subscription, there: SubscriptionQuerySet) -> Iterator[str]:
    """What becomes of whoever can cancel before and after."""
    before, after = cancel_action(was), cancel_action(now)
    if not _is_offered(before, was) or not _is_offered(after, now):
        return
    notice = f"{now.product.notice_days} days’ notice"
    if before != after:
        how = f"be a request, with {notice}" if after == Action.SCHEDULE_CANCELLATION else "take effect at once"
        yield _on(there.with_room_for(after), f"canceling will {how}")
    elif after == Action.SCHEDULE_CANCELLATION and was.product.notice_days != now.product.notice_days:
        yield _on(there.with_room_for(after), f"a new request will have {notice}, not {was.product.notice_days}")
        made = CancellationRequest.objects.undecided().filter(subscription__plan__product=now.product.pk).count()
        yield _kept(made, "request", "the end that was promised")


def _pausing(before: Product, now: Subscription, there: SubscriptionQuerySet) -> Iterator[str]:
    """Which rules of pauses change, for whoever can pause."""
    changed = [name for name in OF_PAUSES if getattr(before, name) != getattr(now.product, name)]
    if changed and _is_offered(Action.PAUSE, now):
        labels = ", ".join(f"“{label_of(name)}”" for name in changed)
        yield _on(there.with_room_for(Action.PAUSE), f"a new pause will follow what you changed ({labels})")
        paused = there.exclude(paused_on=None, pauses_on=None).count()
        yield _kept(paused, "pause", "what it began with")


def label_of(field: str) -> str:
    """What the form calls a setting of a product."""
    return str(Product._meta.get_field(field).verbose_name)  # type: ignore[union-attr]


def _label(action: Action) -> str:
    button = ACTIONS[action].button
    return f"“{button.label}”" if button else ""


def _on(subscriptions: SubscriptionQuerySet, what: str) -> str:
    count = subscriptions.count()
    return f"On {count:,} subscription{'s' if count > 1 else ''} {what}." if count else ""


def _kept(count: int, what: str, how: str) -> str:
    if not count:
        return ""
    return f"{count:,} {what}{' keeps' if count == 1 else 's keep'} {how}."
