"""Copying the Customer Portal Actions of a product to others: they are chosen, what differs is shown, then it is confirmed."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.timezone import localdate

from portal_project.common.admin import KeysField
from products.admin.products import ProductAdmin
from products.models import Product
from support.admin.products.impact import ACTION_FIELDS, consequences, label_of

COPIED = (*ACTION_FIELDS, "ask_before_alternatives")


class CopyForm(forms.Form):
    """Chooses the products, and carries what was told of each."""

    to = KeysField(
        Product.objects.none(),
        label="To which products?",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one product."},
    )
    told = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, source: Product, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = Product.objects.exclude(pk=source.pk)  # type: ignore[attr-defined]
        self.fields["to"].label_from_instance = lambda product: _choice(product, source)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Difference:
    """A setting, with the words for what it is and what it becomes."""

    setting: str
    now: str
    then: str


@dataclass(frozen=True)
class Copy:
    """What one product is to get from another."""

    source: Product
    target: Product

    @property
    def differences(self) -> list[Difference]:
        changed = [name for name in COPIED if getattr(self.source, name) != getattr(self.target, name)]
        return [Difference(label_of(name), _worded(self.target, name), _worded(self.source, name)) for name in changed]

    @property
    def result(self) -> Product:
        result = copy(self.target)
        for name in COPIED:
            setattr(result, name, getattr(self.source, name))
        return result

    def consequences(self, today: date) -> list[str]:
        return consequences(self.target, self.result, today)


def copy_actions(request: HttpRequest, page: ProductAdmin, key: object) -> HttpResponse:
    """A GET asks to which products, a POST shows what differs there, and a POST that carries what it showed does it."""
    source = get_object_or_404(Product, pk=key)
    form = CopyForm(request.POST or None, source=source)
    if not form.is_valid():
        return _page(request, page, source, {"form": form})
    chosen = [product.pk for product in form.cleaned_data["to"]]
    told = form.cleaned_data["told"]
    copies = _copied(request, page, source, chosen, told) if told else _copies(Product.objects.all(), source, chosen)
    if not copies:
        messages.success(request, "The Customer Portal Actions are the same now.")
        return redirect("admin:products_product_change", source.pk)
    shown = [(each, each.consequences(localdate())) for each in copies]
    return _page(request, page, source, {"form": form, "copies": shown, "telling": _telling(copies), "changed": told})


def _copied(request: HttpRequest, page: ProductAdmin, source: Product, chosen: Sequence[int], told: str) -> list[Copy]:
    """What is left to copy: nothing, once it is done; all of it, where it is no longer what was told."""
    with transaction.atomic():
        copies = _copies(Product.objects.select_for_update().order_by("pk"), source, chosen)
        if _telling(copies) != told:
            return copies
        for each in copies:
            page.save_model(request, each.result, None, change=True)
            page.log_change(request, each.target, f"Copied the Customer Portal Actions of “{each.source}”.")
    return []


def _copies(products: Any, source: Product, chosen: Sequence[int]) -> list[Copy]:
    """Those of the chosen products that have other settings than the source."""
    found = {product.pk: product for product in products.filter(pk__in=[source.pk, *chosen])}
    copies = [Copy(found[source.pk], product) for product in sorted(found.values(), key=str) if product != source]
    return [each for each in copies if each.differences]


def _telling(copies: Sequence[Copy]) -> str:
    """All that is told of what changes, for the form to carry."""
    return "; ".join(
        f"{each.target.pk}: {each.differences}" for each in sorted(copies, key=lambda each: each.target.pk)
    )


def _page(request: HttpRequest, page: ProductAdmin, source: Product, context: dict[str, Any]) -> HttpResponse:
    everywhere = page.admin_site.each_context(request) | {
        "opts": page.opts,
        "title": "Copy the Customer Portal Actions",
    }
    return TemplateResponse(request, "admin/support/product/copy.html", everywhere | {"source": source} | context)


def _choice(product: Product, source: Product) -> str:
    count = len(Copy(source, product).differences)
    return f"{product} ({count} setting{'' if count == 1 else 's'} differ{'s' if count == 1 else ''})"


def _worded(product: Product, name: str) -> str:
    value = getattr(product, name)
    if isinstance(value, bool):
        return "on" if value else "off"
    display = getattr(product, f"get_{name}_display", None)
    return "none" if value is None else str(display() if display else value)
