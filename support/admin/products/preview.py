"""The preview beside a product's form: what customers will see once the form as it stands is saved. Nothing is written."""

from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any, TypeVar

from csp.constants import SELF
from csp.decorators import csp_replace
from django import forms
from django.core.exceptions import PermissionDenied
from django.forms.formsets import all_valid
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.timezone import localdate
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods

from products.admin.products import ProductAdmin
from products.models import Alternative, Plan, Product
from support.admin.products import examples, impact

Row = TypeVar("Row", Plan, Alternative)


def urls(page: ProductAdmin) -> list[URLPattern]:
    """Of the preview of a product that is there, and of one that is not yet; our own pages may frame it."""

    @require_http_methods(["GET", "POST"])
    @xframe_options_sameorigin
    @csp_replace({"frame-ancestors": [SELF]})
    def view(request: HttpRequest, pk: int | None = None) -> HttpResponse:
        return _preview(request, page, pk)

    shown = page.admin_site.admin_view(view)
    return [
        path("add/preview/", shown, name="products_product_preview_new"),
        path("<int:pk>/preview/", shown, name="products_product_preview"),
    ]


def _preview(request: HttpRequest, page: ProductAdmin, pk: int | None) -> HttpResponse:
    """A GET shows the product as it is saved, or a new one; a POST as the form that it sends would leave it."""
    product = _product(request, page, pk)
    if request.method == "GET":
        rows = (list(product.plans.all()), list(product.alternatives.all())) if pk else ([], [])
        return _page(request, product, product, *rows)
    before = copy(product)
    form, formsets = _filled_in(request, page, product)
    if wrong := list(_wrong(form, formsets)):
        return render(request, "admin/support/product/preview.html", {"wrong": wrong})
    return _page(request, before, form.instance, _rows(formsets, Plan), _rows(formsets, Alternative))


def _product(request: HttpRequest, page: ProductAdmin, pk: int | None) -> Product:
    """As it is saved. Raises `PermissionDenied` for who may not see its form, or may not fill it in and sends one."""
    if pk is None:
        found: Product | None = Product()
        is_allowed = page.has_add_permission(request)
    else:
        found = page.get_object(request, str(pk))
        may = page.has_view_or_change_permission if request.method == "GET" else page.has_change_permission
        is_allowed = may(request, found)
    if not is_allowed:
        raise PermissionDenied
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest,
    before: Product,
    product: Product,
    plans: Sequence[Plan],
    alternatives: Sequence[Alternative],
) -> HttpResponse:
    today = localdate()
    context = examples.shown(product, plans, today) | {
        "consequences": impact.consequences(before, product, today),
        "surprises": list(impact.surprises(product, plans, alternatives, today)),
    }
    return render(request, "admin/support/product/preview.html", context)


def _filled_in(request: HttpRequest, page: ProductAdmin, product: Product) -> tuple[Any, list[Any]]:
    """The page's form and the rows below it, as they were sent and as the page itself would check them; none is saved."""
    is_change = product.pk is not None
    sent = request.POST.copy()
    # It asks about nothing.
    sent.pop("understood", None)
    form = page.get_form(request, product if is_change else None, change=is_change)(sent, instance=product)
    formsets, _inlines = page._create_formsets(request, form.instance, change=is_change)
    return form, formsets


def _wrong(form: Any, formsets: list[Any]) -> Iterator[str]:
    """What keeps the form from being saved, in sentences."""
    if form.is_valid() and all_valid(formsets):
        return
    yield from _sentences(form)
    for formset in formsets:
        yield from formset.non_form_errors()
        for number, row in enumerate(formset.forms, start=1):
            place = f"{formset.model._meta.verbose_name.capitalize()} {number}"
            yield from (f"{place}: {sentence}" for sentence in _sentences(row))


def _sentences(form: forms.BaseForm) -> Iterator[str]:
    for name, errors in form.errors.items():
        label = f"{form.fields[name].label}: " if name in form.fields else ""
        yield from (f"{label}{error}" for error in errors)


def _rows(formsets: list[Any], model: type[Row]) -> list[Row]:
    """Of the page as it stands: changed and new ones too, without those that it deletes."""
    rows = next(formset for formset in formsets if formset.model is model)
    deleted = rows.deleted_forms if rows.can_delete else []
    return [row.instance for row in rows.forms if row not in deleted and (row.instance.pk or row.has_changed())]
