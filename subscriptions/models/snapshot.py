from django.db import models

from products.models import Product


class Snapshot(models.Model):
    """One day of the numbers: a past one as it ended, today as it was when it was taken (`docs/design.md`, Numbers).

    Written by the job once a day, and anew from the history by `rebuild_snapshots`; nobody changes it.
    """

    day = models.DateField("day", unique=True)
    taken_at = models.DateTimeField("taken")
    last_event = models.BigIntegerField(null=True)
    """The key of the newest event when it was taken, so that the next one need not read older ones; None where nobody knows."""
    leaving = models.JSONField(default=list)
    """Of the latest day: `[day, currency, count, mrr]` of what has an end scheduled in the days ahead, amounts as texts."""

    class Meta:
        verbose_name = "snapshot"
        verbose_name_plural = "snapshots"
        ordering = ["-day"]
        # Whoever may view them sees the numbers on the admin's home; nobody writes them by hand.
        default_permissions = ("view",)

    def __str__(self) -> str:
        return str(self.day)


def _count() -> models.PositiveIntegerField:
    return models.PositiveIntegerField(default=0)


def _amount() -> models.DecimalField:
    return models.DecimalField(max_digits=20, decimal_places=4, default=0)


class Figures(models.Model):
    """Of one product in one currency on one day: how many subscriptions stood how, and what happened. All amounts are MRR."""

    day = models.DateField("day")
    product = models.ForeignKey(Product, models.CASCADE, related_name="+", verbose_name="product")
    currency = models.CharField("currency", max_length=3)

    active = _count()
    in_notice = _count()
    """Of the active, paused and trialing ones."""
    paused = _count()
    trialing = _count()
    mrr = _amount()
    committed_mrr = _amount()
    paused_mrr = _amount()
    """What those that are paused would bring."""

    churned = _count()
    churned_mrr = _amount()
    """Of those that ended on the day and were active when the month began, as their MRR was then."""
    ended_paused = _count()
    ended_paused_mrr = _amount()
    """Ended while paused; the MRR is that before the pause."""
    ended_trialing = _count()
    ended_within = _count()
    """Ended while active, and were not active when the month began."""
    resumed_by_itself = _count()
    resumed_by_hand = _count()

    class Meta:
        verbose_name = "figures"
        verbose_name_plural = "figures"
        ordering = ["-day"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["day", "product", "currency"], name="figures_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day}, {self.product}, {self.currency}"
