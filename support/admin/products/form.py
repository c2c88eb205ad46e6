"""The form of a product: it asks once more before it changes what the customers of existing subscriptions may do."""

from django import forms
from django.utils.functional import cached_property
from django.utils.timezone import localdate

from products.models import Product
from support.admin.products.impact import changes, consequences


class ProductForm(forms.ModelForm):
    understood = forms.CharField(required=False, widget=forms.HiddenInput)
    """The changes whose consequences the page has told."""

    asks = False
    """Whether it is the question that keeps it from being saved."""

    @cached_property
    def changed_data(self) -> list[str]:
        """Of the product, for its history."""
        return [name for name in super().changed_data if name != "understood"]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        # Pages without room for the question, such as those of the history, do not send the field, and are not asked.
        if self.instance.pk and "understood" in self.data and not self.errors:
            self._ask_once_more(Product.objects.get(pk=self.instance.pk))

    def _ask_once_more(self, before: Product) -> None:
        now = changes(before, self.instance)
        told = consequences(before, self.instance, localdate()) if now != self.cleaned_data["understood"] else []
        if not told:
            return
        self.asks = True
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data["understood"] = now  # type: ignore[index]
        self.add_error(None, forms.ValidationError(["Nothing is saved yet.", *told, "Press Save again to do it."]))
