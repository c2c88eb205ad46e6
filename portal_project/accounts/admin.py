from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import linebreaksbr
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.paginator import InfinitePaginator

from portal_project.accounts import address, sessions
from portal_project.accounts.customer_admin import of_customer
from portal_project.accounts.forgetting_admin import ForgettingAdmin
from portal_project.accounts.forms import MerchantForm
from portal_project.accounts.invitation_admin import InvitationAdmin
from portal_project.accounts.models import AddressChange, InvoicedParty, Merchant, User, Viewing
from portal_project.accounts.party import FIELDS as PARTY
from portal_project.accounts.people import person
from portal_project.accounts.second_step_admin import SecondStepAdmin
from portal_project.common.admin import ModelAdmin, ReadOnly, StackedInline
from portal_project.common.change_list import SafeChangeList
from portal_project.common.numbers import Numbers
from portal_project.common.search_admin import SearchAdmin

# A user's own e-mail address is the one that counts here; allauth's list of addresses would only be a second one.
admin.site.unregister(EmailAddress)
# Where somebody is signed in is theirs to see; their second step is removed on their page.
admin.site.unregister(UserSession)
admin.site.unregister(Authenticator)
admin.site.unregister(Group)

WHO = ("email", "name", "phone", "number", "external_id")
MAILS = ("wants_status_mails", "wants_reminders", "language")
RIGHTS = ("is_staff", "is_superuser", "groups")
# What people change by themselves while their page is open, or saved, in the admin.
NOT_TYPED_HERE = ("email", "address_changed_at", "password", "last_login", "last_language")


class NewUserForm(UserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")


class PersonForm(UserChangeForm):
    """Says whether the address was changed here, and not by the person while the page was open."""

    class Meta:
        model = User
        fields = ("email", "name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("email"):
            field.show_hidden_initial = True


class InvoicedPartyInline(StackedInline):
    """Staff are no customers, so they have none."""

    model = InvoicedParty
    fields = ("kind", *PARTY, "invoice_email")
    can_delete = False


class StaffList(SafeChangeList):
    """Customers have a list of their own (`support.admin.customers`); what is changed of them, is changed on the pages here."""

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[User]:
        return super().get_queryset(request, *args, **kwargs).filter(is_staff=True)


@admin.register(User)
class UserAdmin(InvitationAdmin, SecondStepAdmin, ForgettingAdmin, DjangoUserAdmin, SearchAdmin):
    actions_detail = (*InvitationAdmin.actions_detail, *SecondStepAdmin.actions_detail)
    form = PersonForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "name", "is_superuser", "is_active", "date_joined")
    list_filter = ("is_superuser", "is_active", "groups")
    csv_columns = (
        ("email", "email"),
        ("name", "name"),
        ("phone", "phone"),
        ("roles", lambda user: ", ".join(sorted(group.name for group in user.groups.all()))),
        ("superuser", "is_superuser"),
        ("active", "is_active"),
        ("since", "date_joined"),
        ("last_sign_in", "last_login"),
    )
    search_fields = ("search_text",)
    ordering = ("email",)
    readonly_fields = ("number", "date_joined", "last_login", "second_step", "addresses")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": (*WHO, "password", "is_active", *MAILS)}),
        (_("Rights"), {"fields": RIGHTS}),
        (_("Signing in"), {"fields": ("date_joined", "last_login", "second_step", "addresses")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[SafeChangeList]:
        return StaffList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": _("Staff")} | (extra_context or {}))

    def response_post_save_change(self, request: HttpRequest, obj: User) -> Any:
        """Back to where the page was opened from."""
        if obj.is_staff:
            return super().response_post_save_change(request, obj)
        return redirect("admin:accounts_customer_change", obj.pk)

    def with_numbers(self, queryset: QuerySet[User], typed: Numbers) -> QuerySet[User]:
        return queryset.filter(number__in=typed.customers)

    @property
    def csv_name(self) -> str:
        return "staff"

    def csv_rows(self, query: str, reader: AbstractBaseUser) -> QuerySet[User]:
        return super().csv_rows(query, reader).prefetch_related("groups")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Nobody but a superuser needs to see how a password is kept."""
        if obj is None or request.user.is_superuser:
            return super().get_fieldsets(request, obj)
        return ((None, {"fields": (*WHO, "is_active", *MAILS)}), *self.fieldsets[1:])

    @admin.display(description=_("changes of the address"))
    def addresses(self, user: User) -> str:
        """By which addresses the person was known before, newest first."""
        changes = user.address_changes.select_related("user", "asked_by")
        return linebreaksbr("\n".join(map(_in_words, changes)) or "-", autoescape=True)

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        return [] if obj is None or obj.is_staff or obj.forgotten_at else [InvoicedPartyInline]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Only a superuser gives rights."""
        fixed = super().get_readonly_fields(request, obj)
        return fixed if request.user.is_superuser else (*fixed, *RIGHTS)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A new address is written by the rule for it, and one that was not touched here stays as the person has it by now."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        typed = obj.email if "email" in form.changed_data else ""
        with transaction.atomic():
            present = User.objects.select_for_update().get(pk=obj.pk)
            if present.forgotten_at:
                raise PermissionDenied
            for name in NOT_TYPED_HERE:
                setattr(obj, name, getattr(present, name))
            super().save_model(request, obj, form, change)
            if not obj.is_active:
                # Else they would be signed in again once the account is switched on.
                sessions.end(obj)
            if typed:
                self._change_address(request, obj, typed)

    def _change_address(self, request: HttpRequest, user: User, email: str) -> None:
        try:
            changed = address.change_by_staff(user, email, by=person(request), now=timezone.now())
        except address.AddressTaken:
            # The form has looked, but somebody else was quicker.
            messages.error(request, _("There is already a user with this e-mail address, so it was not changed."))
            return
        user.email = changed.email
        if user.pk == request.user.pk:
            update_session_auth_hash(request, changed)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only a superuser changes staff: who could set a colleague's password would have the colleague's rights. And nobody
        changes who is forgotten.
        """
        allowed = super().has_change_permission(request, obj)
        if obj is None or not allowed:
            return allowed
        return not obj.forgotten_at and (request.user.is_superuser or not obj.is_staff)

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
                "fields": (*PARTY, "payment_instructions", "translations", "payment_days"),
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
        (_("Price changes"), {"fields": ("price_change_notice_days",)}),
        (_("Alternatives on the cancel page"), {"fields": ("comparison_percent", "alternative_rest_months")}),
    )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one row, made by `migrate`, so the list is its page."""
        return redirect("admin:accounts_merchant_change", 1)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Merchant | None = None) -> bool:
        return False


@admin.register(Viewing)
class ViewingAdmin(ReadOnly, SearchAdmin):
    """Who of staff saw the portal as which customer, and when."""

    list_display = ("who", "whom", "begun_at", "ended")
    list_filter = (of_customer("customer"),)
    list_select_related = ("staff", "customer")
    search_fields = ("customer__search_text", "staff__search_text")
    csv_columns = (
        ("staff", "staff.name"),
        ("staff_email", "staff.email"),
        ("customer_number", "customer.number"),
        ("customer", "customer.name"),
        ("customer_email", "customer.email"),
        ("begun_at", "begun_at"),
        ("until", "ends_at"),
    )
    paginator = InfinitePaginator
    ordering = ("-pk",)
    sortable_by = ()
    show_full_result_count = False
    actions = None
    fields = ("staff", "customer", "begun_at", "ends_at")

    def with_numbers(self, queryset: QuerySet[Viewing], typed: Numbers) -> QuerySet[Viewing]:
        return queryset.filter(customer__number__in=typed.customers)

    @display(description="who")
    def who(self, looked: Viewing) -> str:
        return looked.staff.get_full_name()

    @display(description="saw the portal as")
    def whom(self, looked: Viewing) -> str:
        return looked.customer.get_full_name()

    @display(description="until")
    def ended(self, looked: Viewing) -> datetime:
        return looked.ends_at


def _in_words(change: AddressChange) -> str:
    """Such as "alice@example.com to alice@ahn.example, 10 March 2026, 12:00, by Mia Moreau"."""
    if change.changed_at is None:
        return gettext("%(email)s is asked for, and not confirmed yet") % {"email": change.new_email}
    both = {"old": change.old_email, "new": change.new_email}
    words = [gettext("%(old)s to %(new)s") % both, _instant(change.changed_at)]
    if change.asked_by and change.asked_by != change.user:
        words.append(gettext("by %(name)s") % {"name": change.asked_by.get_full_name()})
    if change.undone_at:
        words.append(gettext("undone %(instant)s") % {"instant": _instant(change.undone_at)})
    return ", ".join(words)


def _instant(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")
