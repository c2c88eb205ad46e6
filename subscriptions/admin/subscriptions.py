from collections.abc import Collection
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.html import escape, format_html_join
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from unfold.decorators import action, display

from portal_project.accounts.models import User
from portal_project.accounts.people import person
from portal_project.common.paging import page
from subscriptions.admin.coming import coming
from subscriptions.admin.linked_services import LinkedServiceInline
from subscriptions.admin.start import StartForm
from subscriptions.admin.subscription_list import SubscriptionList, as_of_today
from subscriptions.billing.catch_up import as_of
from subscriptions.confirm.billing_forms import (
    DiscountForm,
    DropPlanChangeForm,
    DropPriceChangeForm,
    PlanForm,
    PriceForm,
)
from subscriptions.confirm.forms import ActionForm
from subscriptions.confirm.page import Door, answer
from subscriptions.confirm.pause_forms import DropPauseForm, PauseForm, ResumeDateForm, ResumeForm
from subscriptions.lifecycle import linked_services
from subscriptions.models import Channel, Subscription
from subscriptions.preview import reasons
from subscriptions.preview.terms import Terms
from subscriptions.preview.trial_run import beyond_end
from subscriptions.rules.actions import ACTIONS
from subscriptions.rules.actions import OPERATE as OPERATE_RIGHT
from subscriptions.rules.dates_in_words import day, short_day
from subscriptions.rules.policies import may

EVENTS_SHOWN = 50
INVOICES_SHOWN = 24
OPERATE = ["operate"]


def operation(name: str, form_class: type[ActionForm], label: str | Promise = "", title: str | Promise = "") -> Any:
    """A button on the page of a subscription that leads to the confirmation of the form's action, under the admin's name for it.

    `name` is that of the attribute; `label` and `title` stand in the place of the action's own label.
    """
    label = label or ACTIONS[form_class.action].in_admin

    def confirm(self: "SubscriptionAdmin", request: HttpRequest, object_id: int) -> HttpResponse:
        return self.confirm(request, object_id, form_class, title or label)

    confirm.__name__ = name
    confirm.form_class = form_class  # type: ignore[attr-defined]
    return action(description=label, url_path=name.replace("_", "-"), permissions=OPERATE)(confirm)


class SubscriptionAdmin(SubscriptionList):
    """The page of one, and the verbs that concern it alone; `support.admin.requests` adds those that touch requests."""

    autocomplete_fields = ("customer", "plan")
    change_form_outer_before_template = "admin/subscriptions/subscription/_operations.html"
    change_form_outer_after_template = "admin/subscriptions/subscription/_history.html"
    actions_detail: tuple[str, ...] = (
        "pause",
        "resume",
        "resume_date",
        "drop_pause",
        "discount",
        "change_plan",
        "drop_plan_change",
        "change_price",
        "drop_price_change",
    )
    facts = (
        "number",
        "state",
        "customer",
        "plan",
        "price",
        "agreed",
        "started_on",
        "next_billing",
        "billed_until",
        "pause_dates",
        "end",
    )

    def get_fieldsets(self, request: HttpRequest, obj: Subscription | None = None) -> Any:
        if obj is None:
            return ((None, {"fields": ("customer", "plan", "token")}),)
        return ((None, {"fields": (*self.facts, "external_id")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Subscription | None = None) -> Any:
        if obj is None:
            return ()
        return self.facts if super().has_change_permission(request, obj) else (*self.facts, "external_id")

    def get_form(self, request: HttpRequest, obj: Subscription | None = None, **kwargs: Any) -> Any:
        more = {"help_texts": self._why_dates(obj, person(request))} if obj else {"form": StartForm}
        return super().get_form(request, obj, **kwargs | more)

    def get_inlines(self, request: HttpRequest, obj: Subscription | None) -> Any:
        return [LinkedServiceInline] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Subscription | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Subscription | None = None) -> bool:
        """Whoever may only keep linked services saves the page too, on which all else is then read-only."""
        is_allowed = super().has_change_permission(request, obj)
        return is_allowed or request.user.has_perm("subscriptions.change_linkedservice")

    def has_operate_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm(OPERATE_RIGHT)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Subscription | None:
        """Locked while it is saved, so that nobody schedules or withdraws its end between two looks at its services."""
        if request.method == "POST":
            Subscription.objects.filter(pk=object_id).select_for_update(of=("self",)).first()
        return super().get_object(request, object_id, from_field)

    def save_model(self, request: HttpRequest, obj: Subscription, form: forms.ModelForm, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
        elif "external_id" in form.cleaned_data:
            obj.save(update_fields=["external_id"])

    def save_formset(self, request: HttpRequest, form: forms.ModelForm, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        linked_services.heed_ends([form.instance.pk], localdate())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = extra_context or {}
        if subscription := self.get_queryset(request).filter(pk=object_id).first():
            today = localdate()
            current = as_of(subscription, today)
            context |= {
                "events": subscription.events.select_related("actor", "receipt")[:EVENTS_SHOWN],
                "invoices": subscription.invoices.all()[:INVOICES_SHOWN],
                "coming": coming(current, reasons.History.of(current, person(request)), self.why_it_ends(current)),
                "beyond": beyond_end(current),
            }
        response = super().change_view(request, object_id, form_url, context)
        if isinstance(response, TemplateResponse) and response.context_data:
            # On the page itself, where they wrap: the theme's header has no room for so many.
            response.context_data["operations"] = response.context_data.pop("actions_detail", [])
        return response

    def get_urls(self) -> list[URLPattern]:
        events = self.admin_site.admin_view(require_safe(self.events_view))
        return [path("<int:pk>/events/", events, name="subscriptions_subscription_events"), *super().get_urls()]

    def events_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """All that became of one, page by page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        subscription = get_object_or_404(Subscription.objects.select_related("plan__product"), pk=pk)
        found = page(subscription.events.select_related("actor", "receipt"), request, EVENTS_SHOWN)
        context = self.admin_site.each_context(request) | {"title": str(subscription), "opts": self.opts}
        context |= {"subscription": subscription, "page": found}
        return TemplateResponse(request, "admin/subscriptions/subscription/events.html", context)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only the buttons of what is possible now."""
        today = localdate()
        stored = self.get_queryset(request).filter(pk=object_id).first()
        if stored is None:
            return []
        possible = self.possible_of([as_of(stored, today)], by=person(request), today=today)[stored.pk]
        buttons = super().get_actions_detail(request, object_id)
        return [button for button in buttons if button.path.replace("-", "_") in possible]

    def possible_of(self, subscriptions: Collection[Subscription], *, by: User, today: date) -> dict[int, list[str]]:
        """Per key the names of what may be done now to subscriptions that are caught up, by the verdict that guards the act."""
        return {
            each.pk: [name for name in self.actions_detail if self._may(name, each, by, today)]
            for each in subscriptions
        }

    def _may(self, name: str, subscription: Subscription, by: User, today: date) -> bool:
        return bool(may(getattr(self, name).form_class.action, subscription, by=by, today=today))

    pause = operation("pause", PauseForm)
    resume = operation("resume", ResumeForm)
    resume_date = operation("resume_date", ResumeDateForm)
    drop_pause = operation("drop_pause", DropPauseForm)
    discount = operation("discount", DiscountForm)
    change_plan = operation("change_plan", PlanForm)
    drop_plan_change = operation("drop_plan_change", DropPlanChangeForm)
    change_price = operation("change_price", PriceForm)
    drop_price_change = operation("drop_price_change", DropPriceChangeForm)

    def confirm(self, request: HttpRequest, object_id: int, form_class: type[ActionForm], label: Any) -> HttpResponse:
        """The confirmation, which names customer and product, and then the act."""
        back = self.where_from(object_id)
        context = {"title": label, "label": label, "opts": self.opts, "back": back}
        door = Door(
            Channel.ADMIN,
            Subscription.objects.filter(pk=object_id),
            lambda: back,
            "admin/subscriptions/subscription/act.html",
            self.admin_site.each_context(request) | context,
        )
        return answer(request, door, form_class, localdate())

    def where_from(self, object_id: int) -> str:
        """The address that a confirmation leads back to, asked before the act."""
        return reverse("admin:subscriptions_subscription_change", args=[object_id])

    def _why_dates(self, stored: Subscription, reader: User) -> dict[str, str]:
        """Per date on the page why it is that day, as HTML for its help text."""
        subscription = as_of(stored, localdate())
        because = reasons.why_dates(subscription, reasons.History.of(subscription, reader))
        pause = [(because[name], getattr(subscription, name)) for name in ("paused_on", "pauses_on", "resumes_on")]
        return {
            "next_billing": escape(because["first_bill"]),
            "billed_until": escape(because["period_end"]),
            "pause_dates": format_html_join("", "<p>{}: {}</p>", ((day(on), why) for why, on in pause if why)),
            "end": escape(self.why_it_ends(subscription) or because["end"]),
        }

    def why_it_ends(self, subscription: Subscription) -> str:
        """What else is known of the end; `support` says it, which knows the requests."""
        return ""

    @display(description=_("price"))
    def price(self, subscription: Subscription) -> str:
        return subscription.price

    @display(description=_("agreed"))
    def agreed(self, subscription: Subscription) -> str:
        terms = Terms.of(as_of(subscription, localdate()))
        lines = (
            (_("Discount"), terms.discount),
            (_("Change of plan"), terms.plan_change),
            (_("Price change"), terms.price_change),
        )
        return format_html_join("", "<p>{}: {}</p>", ((label, text) for label, text in lines if text)) or "–"

    @display(description=_("billed until"))
    def billed_until(self, subscription: Subscription) -> str:
        return short_day(as_of(subscription, localdate()).period_end)

    @display(description=_("pause"))
    def pause_dates(self, subscription: Subscription) -> str:
        current = as_of(subscription, localdate())
        if not (starts_on := current.paused_on or current.pauses_on):
            return "–"
        if current.resumes_on:
            return _("from %(start)s to %(end)s") % {
                "start": day(starts_on),
                "end": day(current.resumes_on),
            }
        return _("from %(start)s, until it is resumed") % {"start": day(starts_on)}

    @display(description=_("end"))
    def end(self, subscription: Subscription) -> str:
        current = as_of_today(subscription)
        return short_day(current.canceled_on or current.cancels_on) or "–"


admin.site.register(Subscription, SubscriptionAdmin)
