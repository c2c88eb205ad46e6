from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import BooleanField, Case, Count, Min, Sum, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal_project.common import fields
from products import money


class LineKind(models.TextChoices):
    FULL = "full", _("Full period")
    DAYS = "days", _("First days of a period")
    REST = "rest", _("Rest of a period")
    GAP = "gap", _("Days after a pause")
    DISCOUNT = "discount", _("Discount")


def label(number: int) -> str:
    """An invoice's number as it is printed, such as "000123"."""
    return f"{number:06d}"


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def overdue(self, today: date) -> Self:
        return self.filter(status=Invoice.Status.OPEN, due_on__lt=today)

    def open_sums(self, today: date) -> list[dict[str, Any]]:
        """Of those that are open, per currency and whether they are `late`: `count`, `amount`, the `first` number, and since or
        until when they are `due`. One statement.
        """
        is_late = Case(When(due_on__lt=today, then=Value(True)), default=Value(False), output_field=BooleanField())
        found = self.filter(status=Invoice.Status.OPEN).annotate(late=is_late).order_by().values("currency", "late")
        sums = found.annotate(count=Count("pk"), amount=Sum("amount"), first=Min("number"), due=Min("due_on"))
        return [dict(group) for group in sums.order_by("-late", "currency")]


class Invoice(models.Model):
    """The charge for the days `[covers_from, covers_to)` of one subscription.

    What it says of seller, buyer, tax and lines is copied when it is made and never changes after.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        PAID = "paid", _("Paid")
        VOID = "void", _("Void")

    SETTLED = ("settled_by", "settled_at", "settled_in_bulk")

    number = models.PositiveBigIntegerField("number", unique=True)
    subscription = models.ForeignKey(
        "subscriptions.Subscription", models.PROTECT, related_name="invoices", verbose_name="subscription"
    )
    covers_from = models.DateField("covers from")
    covers_to = models.DateField("covers to", help_text="The first day that is no longer covered.")
    amount = models.DecimalField("amount", max_digits=14, decimal_places=3)
    currency = models.CharField("currency", max_length=3)
    status = models.CharField("status", max_length=10, choices=Status, default=Status.OPEN)
    issued_on = models.DateField("issued")
    due_on = models.DateField("due")
    seller = models.TextField("seller", blank=True)
    buyer = models.TextField("buyer", blank=True)
    tax_rate = models.DecimalField("tax rate (%)", max_digits=5, decimal_places=2, default=0)
    lines = models.JSONField("lines", default=list)
    """Per line its `kind`, `amount` as text, and for days `product`, `plan`, `days` and `of`; for a discount `percent`."""
    payment_instructions = models.TextField("payment instructions", blank=True)
    paid_on = models.DateField("paid on", null=True, blank=True)
    payment_reference = fields.LineField("payment reference", max_length=100, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="settled by",
    )
    """Who recorded the payment, or voided it; and when."""
    settled_at = models.DateTimeField("settled", null=True, blank=True)
    settled_in_bulk = models.BooleanField(default=False, db_default=False, editable=False)
    """With others, by a file of payments or a bulk act, which is what staff confirmed."""

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = "invoice"
        verbose_name_plural = "invoices"
        ordering = ["-number"]
        indexes = [
            models.Index("due_on", name="invoice_open", condition=models.Q(status="open")),
            models.Index("id", name="invoice_open_newest", condition=models.Q(status="open")),
            models.Index("id", name="invoice_void", condition=models.Q(status="void")),
            models.Index(
                "settled_at",
                "id",
                name="invoice_settled_by_staff",
                condition=models.Q(settled_by__isnull=False, settled_in_bulk=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="invoice_covers_at_least_a_day", condition=models.Q(covers_from__lt=models.F("covers_to"))
            ),
            models.CheckConstraint(name="invoice_amount_not_negative", condition=models.Q(amount__gte=0)),
            models.UniqueConstraint(
                fields=["subscription", "covers_from"],
                name="live_invoices_start_on_different_days",
                condition=~models.Q(status="void"),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("invoices:detail", args=[self.number])

    @property
    def label(self) -> str:
        return label(self.number)

    @property
    def tax(self) -> Decimal:
        """The tax that the amount includes."""
        return money.rounded(self.amount * self.tax_rate / (100 + self.tax_rate), self.currency)

    @property
    def tax_total(self) -> str:
        return money.formatted(self.tax, self.currency)

    def is_overdue(self, today: date) -> bool:
        return self.status == self.Status.OPEN and self.due_on < today

    @property
    def total(self) -> str:
        return money.formatted(self.amount, self.currency)


class InvoiceCounter(models.Model):
    """The one row that numbers invoices: taken under a lock, given back by a rollback, so without holes or repeats."""

    last_number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="invoice_counter_is_one_row")]

    def __str__(self) -> str:
        return str(self.last_number)

    @classmethod
    def take(cls, count: int) -> int:
        """Reserve `count` numbers in the present transaction and return the first of them."""
        cls.objects.get_or_create(pk=1)
        counter = cls.objects.select_for_update().get(pk=1)
        first = counter.last_number + 1
        counter.last_number += count
        counter.save(update_fields=["last_number"])
        return first
