from datetime import date

from django.conf import settings
from django.db import models

from portal_project.common import fields
from portal_project.common.search import Searchable, SearchTextField
from products.intervals import Interval
from products.models import Plan, Product, ResumeRule
from subscriptions.rules import periods
from subscriptions.rules.states import Status


class SubscriptionFields(Searchable):
    """What a subscription holds: what was agreed, and the dates that its verbs move."""

    number = models.CharField("number", max_length=12, unique=True, editable=False)
    external_id = fields.IdentifierField(
        "external ID", max_length=100, null=True, blank=True, unique=True, help_text="Its name in another system."
    )
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="subscriptions", verbose_name="customer"
    )
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="subscriptions", verbose_name="plan")
    amount = models.DecimalField("price", max_digits=14, decimal_places=3)
    currency = models.CharField("currency", max_length=3)
    interval = models.CharField("billed every", max_length=5, choices=Interval)
    interval_count = models.PositiveSmallIntegerField("interval count", default=1)

    start_token = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    """From the form that started it: the same form sent twice starts one subscription."""

    status = models.CharField("status", max_length=10, choices=Status)
    started_on = models.DateField("started")
    anchor_on = models.DateField("anchor", help_text="The first billed day; every billing date counts from it.")
    period_start = models.DateField("period start")
    period_end = models.DateField("billed until", help_text="The first day not yet billed.")
    paused_on = models.DateField("paused", null=True, blank=True)
    pauses_on = models.DateField("pauses on", null=True, blank=True)
    resumes_on = models.DateField("resumes on", null=True, blank=True)
    pause_resume_rule = models.CharField(max_length=10, choices=ResumeRule, blank=True, default="")
    pause_max_days = models.PositiveSmallIntegerField(null=True, blank=True)
    pause_is_own = models.BooleanField(default=False)
    cancels_on = models.DateField("cancels on", null=True, blank=True)
    canceled_on = models.DateField("canceled", null=True, blank=True)
    next_plan = models.ForeignKey(
        Plan, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="next plan"
    )
    """Billed from the next boundary on, or from the day a gap after a pause is billed."""
    next_amount = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    next_interval = models.CharField(max_length=5, choices=Interval, blank=True, default="")
    next_interval_count = models.PositiveSmallIntegerField(null=True, blank=True)
    """What the next plan cost when it was chosen: that is promised, whatever becomes of the plan."""
    next_plan_is_own = models.BooleanField(default=False)
    """Chosen by the customer, who may drop it whatever the product allows by then."""
    new_amount = models.DecimalField("price to come", max_digits=14, decimal_places=3, null=True, blank=True)
    """What it costs once a full period begins on `new_amount_from` or later."""
    new_amount_from = models.DateField("price to come from", null=True, blank=True)
    discount_percent = models.PositiveSmallIntegerField("discount (%)", default=0)
    discount_invoices_left = models.PositiveSmallIntegerField("discounted invoices left", default=0)
    split_discount_percent = models.PositiveSmallIntegerField(default=0)
    """The discount that the first part of the present period got; the rest of a split period shares it."""
    due_on = models.DateField("next step", null=True, blank=True, editable=False)
    """The date of `states.next_step`, for the job."""
    search_text = SearchTextField(of=("number", "external_id"))
    """Without an index, which each step of the job would have to write anew: few search for a part of an ID."""

    class Meta:
        abstract = True

    @property
    def product(self) -> Product:
        return self.plan.product

    @property
    def rhythm(self) -> tuple[date, Interval, int]:
        """What `periods` counts boundaries from: anchor, interval, count."""
        return self.anchor_on, Interval(self.interval), self.interval_count

    @property
    def billed_through(self) -> date:
        """The day it is billed until; of a period that is billed only in part, its end, for it counts as billed."""
        return periods.billed_through(*self.rhythm, self.period_end)

    @property
    def continues_split_period(self) -> bool:
        """Whether what is billed next is the rest of a period whose first part is billed; not so for a gap after a pause."""
        is_boundary = periods.period_around(*self.rhythm, self.period_end)[0] == self.period_end
        return not is_boundary and not self.follows_gap

    @property
    def follows_gap(self) -> bool:
        """Whether a resume just moved billing to its own day; the invoice of that day closes the gap at once."""
        return self.period_start == self.period_end
