"""The page of a product, with a preview beside what customers may do, and what is to be wound down at the end."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from portal_project.common.admin import TabularInline, Translated
from products.admin.products import ProductAdmin
from products.models import Product
from support.admin.products import copying, preview
from support.admin.products.form import ProductForm
from support.models import WindDownDefault

admin.site.unregister(Product)


class WindDownInline(Translated, TabularInline):
    """A setting of the product, so for whoever may change that."""

    model = WindDownDefault
    fields = ("kind", "what", "translations", "days", "side", "can_be_undone")
    extra = 0
    hide_title = True
    verbose_name_plural = _("What is to be done about linked services when a subscription ends")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("products.view_product")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("products.change_product")

    has_change_permission = has_add_permission
    has_delete_permission = has_add_permission


@admin.register(Product)
class ProductDeskAdmin(ProductAdmin):
    form = ProductForm
    change_form_template = "admin/support/product/change_form.html"
    actions_detail = ("copy_actions",)

    def get_urls(self) -> list[URLPattern]:
        return [*preview.urls(self), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, **kwargs: Any) -> HttpResponse:
        product = kwargs.get("obj")
        new = reverse("admin:products_product_preview_new")
        context["preview"] = reverse("admin:products_product_preview", args=[product.pk]) if product else new
        form = context["adminform"].form
        if isinstance(form, ProductForm) and form.asks and len(context["errors"]) == 1:
            # The theme would say that there is something to correct.
            context["errors"] = None
        return super().render_change_form(request, context, **kwargs)

    @action(description="Copy to other products", url_path="copy-actions", permissions=["change"])
    def copy_actions(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return copying.copy_actions(request, self, object_id)

    def get_inlines(self, request: HttpRequest, obj: Product | None) -> Any:
        return [*super().get_inlines(request, obj), WindDownInline]
