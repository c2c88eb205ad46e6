"""Lists of the admin narrowed to one customer, as their page leads to them: `?customer=17`."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal_project.accounts.models import Customer
from portal_project.common.keys import key


class CustomerFilter(admin.SimpleListFilter):
    """Offers the one customer whom the address names, to be seen and taken off, and is not there without."""

    title = _("customer")
    parameter_name = "customer"
    path = ""
    """The lookup that leads from a row to the customer."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """None for what is no key, which the list then says that it cannot read."""
        sent = request.GET.getlist(self.parameter_name)[:1]
        return [(each, self._name(each)) for each in sent if key(each) is not None]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        customer = key(self.value())
        return queryset.none() if customer is None else queryset.filter(**{self.path: customer})

    def _name(self, sent: str) -> str:
        customer = Customer.objects.filter(pk=key(sent) or 0).first()
        return customer.get_full_name() if customer else str(_("Nobody"))


def of_customer(path: str) -> type[CustomerFilter]:
    return type("CustomerFilter", (CustomerFilter,), {"path": path})
