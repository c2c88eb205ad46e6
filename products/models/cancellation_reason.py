from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext, gettext_noop
from simple_history.models import HistoricalRecords

from portal_project.common import facts, fields
from portal_project.common.facts import Fact
from portal_project.common.own_text import OwnText
from portal_project.common.translations import TranslationsField, own_text, texts_of

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
        help_text=(
            "As customers read it. A request keeps the words that its customer chose. Those that an installation starts "
            "with are in its languages already."
        ),
    )
    translations = TranslationsField(of=("label",))
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

    @property
    def others(self) -> dict[str, str]:
        """Its wordings in other languages, by these."""
        return texts_of(self, "label")

    @property
    def shown_label(self) -> str:
        return in_words(self.label, self.others)


def in_words(label: str, others: Mapping[str, str]) -> str:
    """For whoever reads it: as the merchant has worded it in their language, or else one that an installation starts with in the
    words of the portal, any other as it was worded first. `others` are by their languages.
    """
    return _worded(own_text(label, others))


def fact(label: str, others: Mapping[str, str]) -> Fact:
    """The same for whoever reads it later."""
    return Fact(reason=[facts.kept(own_text(label, others))])


def _worded(own: OwnText) -> str:
    return gettext(own.main) if own == own.main and own.main in FIRST.values() else own


facts.KINDS["reason"] = _worded


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
