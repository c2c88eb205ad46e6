from django.db import models
from django.utils import timezone


class JobRun(models.Model):
    """The one row about the job: when it last ran, and how that went. Of runs at the same time it is the last to end."""

    began_at = models.DateTimeField("began")
    ended_at = models.DateTimeField("ended", null=True)
    """Of the last run that came to its end; before `began_at` where a later one did not, or is at it."""
    summary = models.TextField("what it did", blank=True)
    failed = models.PositiveIntegerField("failed", default=0)
    """How many subscriptions that run could not bring up to date."""

    class Meta:
        verbose_name = "run of the job"
        verbose_name_plural = "run of the job"
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="job_run_is_one_row")]

    def __str__(self) -> str:
        return "The job"

    @classmethod
    def record_start(cls) -> None:
        cls.objects.update_or_create(pk=1, defaults={"began_at": timezone.now()})

    @classmethod
    def record_end(cls, summary: str, failed: int) -> None:
        cls.objects.filter(pk=1).update(ended_at=timezone.now(), summary=summary, failed=failed)
