from typing import Any

from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_noop
from simple_history.models import HistoricalRecords

from portal_project.common import fields
from portal_project.common.facts import Fact

NOT_SAID = "not_said"
CODE_LENGTH = 20
# What an installation starts with.
FIRST = {
    "too_expensive": gettext_noop("Too expensive"),
    "switching": gettext_noop("Switching provider"),
    "not_needed": gettext_noop("No longer needed"),
    "other": gettext_noop("Other"),
    NOT_SAID: gettext_noop("I’d rather not say"),
}


class CancellationReason(models.Model):
    """What customers choose from when they say why they leave; requests name it by its code, which never changes."""

    code = models.CharField("code", max_length=CODE_LENGTH, unique=True, editable=False)
    label = fields.LineField(
        "wording",
        max_length=100,
        unique=True,
        help_text="As customers read it. A request keeps the words that its customer chose.",
    )
    asks_for_words = models.BooleanField(
        "asks for a few words",
        default=False,
        help_text="Whoever chooses it is asked for a few words, and may leave them out.",
    )
    is_active = models.BooleanField(
        "active",
        default=True,
        help_text="One that is not active is offered to nobody. “I’d rather not say” always is.",
    )
    position = models.PositiveSmallIntegerField("position", default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "reason to leave"
        verbose_name_plural = "reasons to leave"
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="nobody_has_to_say_a_reason",
                condition=~models.Q(code=NOT_SAID, is_active=False),
                violation_error_message="This one always stays: nobody has to say why they leave.",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.code:
            self.code = _unused_code(self.label)
        super().save(*args, **kwargs)


def in_words(label: str) -> str:
    """For whoever reads it: one that an installation starts with in their language, any other as the merchant has worded it."""
    return str(fact(label))


def fact(label: str) -> Fact | str:
    """The same as a fact where it is one."""
    return Fact(text=[label]) if label in FIRST.values() else label


def begin() -> None:
    """Make the first reasons where there are none; that nobody has to say one is never missing."""
    known = set(CancellationReason.objects.values_list("code", flat=True))
    for position, (code, label) in enumerate(FIRST.items(), start=1):
        if not known or (code == NOT_SAID and code not in known):
            CancellationReason.objects.create(code=code, label=label, asks_for_words=code == "other", position=position)


def _unused_code(label: str) -> str:
    """Made of the wording, for files and addresses; with a number where another reason has it."""
    code = start = slugify(label).replace("-", "_")[: CODE_LENGTH - 4] or "reason"
    number = 1
    while CancellationReason.objects.filter(code=code).exists():
        number += 1
        code = f"{start}_{number}"
    return code
