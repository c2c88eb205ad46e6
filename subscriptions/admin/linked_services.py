"""The services that hang on a subscription, as staff keep them on its page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal_project.common.admin import TabularInline
from subscriptions.models import LinkedService


class LinkedServiceForm(forms.ModelForm):
    """Where an end has switched auto-renew off, the box says what it goes back to if the end is withdrawn."""

    class Meta:
        model = LinkedService
        fields = ("kind", "name", "reference", "renews_on", "auto_renew")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_stopped = self.instance.auto_renew_before is not None
        if self.is_stopped:
            self.initial["auto_renew"] = self.instance.auto_renew_before

    def clean(self) -> None:
        if self.is_stopped and "auto_renew" in self.cleaned_data:
            self.instance.auto_renew_before = self.cleaned_data["auto_renew"]
            self.cleaned_data["auto_renew"] = False


class LinkedServiceInline(TabularInline):
    model = LinkedService
    form = LinkedServiceForm
    fields = ("kind", "name", "reference", "renews_on", "auto_renew", "now")
    readonly_fields = ("now",)
    extra = 0
    hide_title = True

    def now(self, service: LinkedService) -> str:
        if service.auto_renew_before is None:
            return "–"
        return str(_("off: it ends"))

    now.short_description = _("now")  # type: ignore[attr-defined]
