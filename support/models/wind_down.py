from datetime import date, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from portal_project.common import fields
from portal_project.common.own_text import OwnText
from portal_project.common.translations import TranslationsField, own_text, texts_of
from products.models import Product
from subscriptions.models import LinkedService

MOST_DAYS = 365
UNDONE, CURRENT = Q(done_at=None), Q(is_over=False, undoes=None)


class WindDownDefault(models.Model):
    """What is to be done about every service of a kind when a subscription to the product ends."""

    class Side(models.TextChoices):
        BEFORE = "before", _("before the end")
        AFTER = "after", _("after the end")

    product = models.ForeignKey(Product, models.CASCADE, related_name="wind_down_defaults", verbose_name="product")
    kind = models.CharField("kind", max_length=11, choices=LinkedService.Kind)
    what = fields.LineField("what is to be done", max_length=150)
    translations = TranslationsField(of=("what",))
    days = models.PositiveSmallIntegerField("days", default=0, validators=[MaxValueValidator(MOST_DAYS)])
    side = models.CharField("when", max_length=6, choices=Side, default=Side.AFTER)
    can_be_undone = models.BooleanField("can be undone", default=True)

    class Meta:
        verbose_name = "wind-down step of a product"
        verbose_name_plural = "wind-down steps of a product"
        ordering = ["kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "kind", "what"],
                name="wind_down_default_once",
                violation_error_message=_("This step is there already."),
            ),
            models.CheckConstraint(
                name="wind_down_default_choices_known",
                condition=Q(
                    kind__in=("domain", "hosting", "mailbox", "certificate", "other"), side__in=("before", "after")
                ),
            ),
            models.CheckConstraint(
                name="wind_down_default_days_up_to_365",
                condition=Q(days__gte=0, days__lte=MOST_DAYS),
                violation_error_message=_("Up to 365 days."),
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def others(self) -> dict[str, str]:
        """What is to be done, in other languages, by these."""
        return texts_of(self, "what")

    @property
    def offset(self) -> int:
        """In days from the end; negative before it."""
        return -self.days if self.side == self.Side.BEFORE else self.days


class WindDownStep(models.Model):
    """Something to do about one service because its subscription ends, or to undo because it goes on.

    Written under the lock of its subscription. `is_over` once it was done and undone again.
    """

    class Task(models.TextChoices):
        AUTO_RENEW = "auto_renew", _("Auto-renew")
        PLANNED = "planned", _("Planned for the product")

    service = models.ForeignKey(
        LinkedService, models.CASCADE, related_name="wind_down_steps", verbose_name="linked service"
    )
    task = models.CharField("task", max_length=10, choices=Task)
    default = models.ForeignKey(WindDownDefault, models.SET_NULL, null=True, blank=True, related_name="+")
    undoes = models.OneToOneField("self", models.CASCADE, null=True, blank=True, related_name="undo")
    what = fields.LineField("what", max_length=200)
    others = models.JSONField("in other languages", default=dict, editable=False)
    """The same in these, by their codes."""
    made_on = models.DateField("made")
    offset = models.SmallIntegerField("days from the end", default=0)
    due_on = models.DateField("due")
    can_be_undone = models.BooleanField("can be undone", default=True)
    point_of_no_return = models.DateField("point of no return", null=True, blank=True)
    """The day from which what was done no longer can be undone: the service's own renewal, which then has not come."""
    done_at = models.DateTimeField("done", null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="done by"
    )
    is_over = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = "wind-down step"
        verbose_name_plural = "wind-down steps"
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index("due_on", "id", name="wind_down_to_do", condition=UNDONE),
            models.Index("done_at", "id", name="wind_down_done", condition=~UNDONE),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["service"], name="wind_down_auto_renew_once", condition=CURRENT & Q(task="auto_renew")
            ),
            models.UniqueConstraint(fields=["service", "default"], name="wind_down_step_once", condition=CURRENT),
            models.CheckConstraint(
                name="wind_down_task_known", condition=Q(task="planned") | Q(task="auto_renew", default=None)
            ),
            models.CheckConstraint(
                name="wind_down_done_by_only_with_done_at", condition=Q(done_by=None) | Q(done_at__isnull=False)
            ),
            models.CheckConstraint(
                name="wind_down_over_only_once_done", condition=Q(is_over=False) | Q(done_at__isnull=False, undoes=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.what}"

    @property
    def shown_what(self) -> OwnText:
        """As customers read it."""
        return own_text(self.what, self.others)

    @property
    def done_on(self) -> date | None:
        return localdate(self.done_at) if self.done_at else None

    def fall_due(self, end: date) -> None:
        """Reckon the day for an end on that day: never after the service's own renewal, where that is still to come."""
        renews_on = self.service.renews_on
        is_to_come = renews_on is not None and renews_on >= self.made_on
        self.due_on = max(end + timedelta(days=self.offset), self.made_on)
        if renews_on and is_to_come:
            self.due_on = min(self.due_on, renews_on)
        is_of_no_return = is_to_come and self.task == self.Task.AUTO_RENEW
        self.point_of_no_return = renews_on if is_of_no_return else None

    def has_lapsed(self, today: date) -> bool:
        """Whether auto-renew was off in time and the renewal did not come; one that is dated later since is another story."""
        no_return, renews_on = self.point_of_no_return, self.service.renews_on
        is_past = self.done_on is not None and no_return is not None and no_return <= today
        return is_past and (renews_on is None or renews_on == no_return)

    def is_lost(self, today: date) -> bool:
        """Whether what was done no longer can be undone."""
        return self.done_at is not None and (not self.can_be_undone or self.has_lapsed(today))
