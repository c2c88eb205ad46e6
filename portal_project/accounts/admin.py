from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from portal_project.accounts.forms import MerchantForm
from portal_project.accounts.models import InvoicedParty, Merchant, User
from portal_project.accounts.party import FIELDS as PARTY
from portal_project.common.admin import ModelAdmin, StackedInline
from portal_project.common.numbers import Numbers
from portal_project.common.search_admin import SearchAdmin

# A user's own e-mail address is the one that counts here; allauth's list of addresses would only be a second one.
admin.site.unregister(EmailAddress)
# Where somebody is signed in is theirs to see.
admin.site.unregister(UserSession)
admin.site.unregister(Group)

WHO = ("email", "name", "phone", "number", "external_id")
MAILS = ("wants_status_mails", "wants_reminders")
RIGHTS = ("is_staff", "is_superuser", "groups")


class NewUserForm(UserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")


class InvoicedPartyInline(StackedInline):
    """Staff are no customers, so they have none."""

    model = InvoicedParty
    fields = ("kind", *PARTY, "invoice_email")
    can_delete = False


@admin.register(User)
class UserAdmin(DjangoUserAdmin, SearchAdmin):
    form = UserChangeForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "name", "number", "is_staff", "is_active", "date_joined")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("search_text",)
    ordering = ("email",)
    readonly_fields = ("number", "date_joined", "last_login")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": (*WHO, "password", "is_active", *MAILS)}),
        (_("Rights"), {"fields": RIGHTS}),
        (_("Dates"), {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)

    def with_numbers(self, queryset: QuerySet[User], typed: Numbers) -> QuerySet[User]:
        return queryset.filter(number__in=typed.customers)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Nobody but a superuser needs to see how a password is kept."""
        if obj is None or request.user.is_superuser:
            return super().get_fieldsets(request, obj)
        return ((None, {"fields": (*WHO, "is_active", *MAILS)}), *self.fieldsets[1:])

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        return [] if obj is None or obj.is_staff else [InvoicedPartyInline]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Only a superuser gives rights."""
        fixed = super().get_readonly_fields(request, obj)
        return fixed if request.user.is_superuser else (*fixed, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only a superuser changes staff: who could set a colleague's password would have the colleague's rights."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (request.user.is_superuser or obj is None or not obj.is_staff)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    pass


@admin.register(Merchant)
class MerchantAdmin(ModelAdmin):
    form = MerchantForm
    fieldsets = (
        (None, {"fields": ("name", "support_email", "accent_color", "logo")}),
        (
            _("Invoices"),
            {
                "fields": (*PARTY, "payment_instructions", "payment_days"),
                "description": _("Invoices say who sells: the company, or the name above where no company stands."),
            },
        ),
        (
            _("Reminders by mail"),
            {
                "fields": (
                    "trial_reminder_days",
                    "renewal_reminder_days",
                    "end_reminder_days",
                    "resume_reminder_days",
                ),
                "description": _("Customers are reminded of each day once, and again where the day is moved."),
            },
        ),
        (_("Alternatives on the cancel page"), {"fields": ("comparison_percent", "alternative_rest_months")}),
    )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one row, made by `migrate`, so the list is its page."""
        return redirect("admin:accounts_merchant_change", 1)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Merchant | None = None) -> bool:
        return False
