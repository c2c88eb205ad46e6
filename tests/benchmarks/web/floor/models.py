"""The tables that the floor's acts need, with the columns that its pages show."""

# ruff: noqa: DJ008  only forms write objects as texts, and only subscriptions

from django.conf import settings
from django.db import models
from django.utils import timezone

UNFINISHED = ("open", "in_review")


class Product(models.Model):
    name = models.CharField(max_length=100)


class Plan(models.Model):
    product = models.ForeignKey(Product, models.PROTECT)
    name = models.CharField(max_length=100)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    interval = models.CharField(max_length=5)


class Subscription(models.Model):
    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"
        CANCELED = "canceled", "Canceled"

    number = models.CharField(max_length=12, unique=True)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    plan = models.ForeignKey(Plan, models.PROTECT)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    period_start = models.DateField()
    period_end = models.DateField()
    paused_on = models.DateField(null=True)
    canceled_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.plan.product.name} · {self.number}"


class Event(models.Model):
    class Kind(models.TextChoices):
        STARTED = "started", "Subscription started"
        RENEWED = "renewed", "Billed"
        PAUSED = "paused", "Paused"
        CANCELED = "canceled", "Ended"

    subscription = models.ForeignKey(Subscription, models.CASCADE)
    kind = models.CharField(max_length=10, choices=Kind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)


class Invoice(models.Model):
    class Status(models.TextChoices):
        OPEN = "open", "Open"
        PAID = "paid", "Paid"
        VOID = "void", "Void"

    subscription = models.ForeignKey(Subscription, models.CASCADE)
    number = models.BigIntegerField(unique=True)
    covers_from = models.DateField()
    covers_to = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)


class Ticket(models.Model):
    class Type(models.TextChoices):
        GENERAL = "general", "General"
        BILLING = "billing", "Billing question"
        TECHNICAL = "technical", "Technical issue"
        CANCEL = "cancel", "Cancel subscription"

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        IN_REVIEW = "in_review", "In review"
        RESOLVED = "resolved", "Resolved"

    class Priority(models.IntegerChoices):
        LOW = 1, "Low"
        MEDIUM = 2, "Medium"
        HIGH = 3, "High"
        URGENT = 4, "Urgent"

    number = models.CharField(max_length=12, unique=True)
    type = models.CharField(max_length=10, choices=Type)
    subject = models.CharField(max_length=150)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.MEDIUM)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    subscription = models.ForeignKey(Subscription, models.PROTECT, null=True)
    act_by = models.DateField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index("act_by", "id", name="floor_queue", condition=models.Q(status__in=UNFINISHED)),
            models.Index("assignee", "act_by", "id", name="floor_mine", condition=models.Q(status__in=UNFINISHED)),
        ]


class Message(models.Model):
    ticket = models.ForeignKey(Ticket, models.CASCADE)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
