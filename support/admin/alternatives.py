"""The report on the merchant's alternatives, in the place of a list of who was shown one."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal_project.common.admin import ModelAdmin, ReadOnly
from products.models import Product
from support.models import AlternativeShowing
from support.reports import concessions, staying


class ProductForm(forms.Form):
    """Which product the report is about; what the address holds besides is all of them."""

    product = forms.ModelChoiceField(
        Product.objects.order_by("name"), required=False, label=gettext_lazy("Product"), empty_label=gettext_lazy("All")
    )

    @property
    def chosen(self) -> Product | None:
        return self.cleaned_data.get("product") if self.is_valid() else None


@admin.register(AlternativeShowing)
class AlternativeShowingAdmin(ReadOnly, ModelAdmin):
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        today, form = localdate(), ProductForm(request.GET)
        product = form.chosen
        key = product.pk if product else None
        context = self.admin_site.each_context(request) | {
            "title": _("Alternatives"),
            "form": form,
            "comparisons": staying.comparisons(today, key),
            "alternatives": concessions.of_alternatives(today, key),
            "offers": concessions.of_offers(today, key),
        }
        return TemplateResponse(request, "admin/support/alternatives.html", context)
