from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from portal_project.accounts.customer_admin import of_customer
from portal_project.common import normalize
from portal_project.common.admin import ReadOnly
from portal_project.common.numbers import Numbers
from portal_project.common.search_admin import SearchAdmin
from portal_project.receipts.models import Receipt


@admin.register(Receipt)
class ReceiptAdmin(ReadOnly, SearchAdmin):
    """What customers were told of their own acts, in the words they read."""

    list_display = ("number", "title", "person", "subscription", "given_at")
    list_filter = (of_customer("person"),)
    list_select_related = ("person",)
    search_fields = ("number", "person", "subscription")
    search_help_text = "Number of the receipt, customer, subscription or ticket; or e-mail address"
    show_full_result_count = False
    csv_columns = (
        ("receipt", "number"),
        ("kind", "kind"),
        ("title", "title"),
        ("customer_number", "person.number"),
        ("customer", "person.name"),
        ("customer_email", "person.email"),
        ("subscription", "subscription"),
        ("ticket", "ticket"),
        ("given_at", "given_at"),
        ("effective_on", "effective_on"),
    )
    list_per_page = 50
    fields = ("number", "title", "person", ("subscription", "ticket"), ("given_at", "zone"), "effective_on")
    change_form_outer_after_template = "admin/receipts/receipt/_as_read.html"

    def with_numbers(self, queryset: QuerySet[Receipt], typed: Numbers) -> QuerySet[Receipt]:
        return queryset.filter(
            Q(number__in=typed.receipts)
            | Q(subscription__in=typed.subscriptions)
            | Q(ticket__in=typed.tickets)
            | Q(person__number__in=typed.customers)
        )

    def matching(self, queryset: QuerySet[Receipt], term: str) -> QuerySet[Receipt]:
        return queryset.filter(person__email=normalize.address(term))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Receipt]:
        return super().get_queryset(request).select_related("person")
