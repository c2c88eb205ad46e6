from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal_project.accounts import changes, languages, limits, party
from portal_project.accounts.forgetting import hold
from portal_project.accounts.models import AddressChange, InvoicedParty, Merchant, User, buyer
from portal_project.common.full_disk import NO_ROOM, NoRoom


class PersonForm(forms.ModelForm):
    """What people say about themselves."""

    class Meta:
        model = User
        fields = ("name", "phone")
        widgets = {
            "name": forms.TextInput({"autocomplete": "name"}),
            "phone": forms.TextInput({"autocomplete": "tel", "inputmode": "tel"}),
        }


class AddressForm(forms.ModelForm):
    """Which e-mail address somebody wants to have in place of theirs. Whether another account has it, nobody learns here."""

    class Meta:
        model = AddressChange
        fields = ("new_email",)
        labels = {"new_email": gettext_lazy("New e-mail address")}
        widgets = {"new_email": forms.EmailInput({"autocomplete": "email"})}

    def __init__(self, *args: Any, person: User, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.request = person, request

    def clean_new_email(self) -> str:
        email: str = self.cleaned_data["new_email"]
        if email == self.person.email:
            raise forms.ValidationError(_("This is your e-mail address already."))
        limits.consume(self.request, "address", email)
        limits.consume(self.request, "change-address", self.person.email)
        return email


class AppearanceForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("appearance",)
        widgets = {"appearance": forms.RadioSelect}


def _marked_languages() -> list[tuple[str, str | Promise]]:
    """Each name marked as being in its language."""
    by_browser, *named = languages.choices()
    return [by_browser, *((code, format_html('<span lang="{}">{}</span>', code, name)) for code, name in named)]


class LanguageForm(forms.ModelForm):
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=_marked_languages, required=False, widget=forms.RadioSelect
    )

    class Meta:
        model = User
        fields = ("language",)


class InvoicedPartyForm(forms.ModelForm):
    """Whom customers want to be on their invoices."""

    class Meta:
        model = InvoicedParty
        fields = ("kind", *party.FIELDS, "invoice_email")
        help_texts = {
            "invoice_email": gettext_lazy("Of whoever pays your invoices, which then name it beside your own.")
        }
        widgets = {
            "kind": forms.RadioSelect,
            "company": forms.TextInput({"autocomplete": "organization"}),
            "street": forms.Textarea({"autocomplete": "street-address", "rows": 2}),
            "postal_code": forms.TextInput({"autocomplete": "postal-code"}),
            "city": forms.TextInput({"autocomplete": "address-level2"}),
            "region": forms.TextInput({"autocomplete": "address-level1"}),
            "country": forms.Select({"autocomplete": "country"}),
        }

    def save_for(self, user: User) -> None:
        """Write what the form has found right, whether or not somebody else has written a row meanwhile."""
        found = {name: getattr(self.instance, name) for name in self.fields}
        with transaction.atomic():
            hold(user)
            before = buyer(user, InvoicedParty.objects.filter(user=user).first())
            now, _created = InvoicedParty.objects.update_or_create(user=user, defaults=found)
            if (after := buyer(user, now)) != before:
                facts = [(_("Before"), before), (_("Now"), after)]
                title, summary = (
                    _("Who we invoice is changed"),
                    _("Your next invoices say so. Earlier ones stay as they are."),
                )
                changes.tell(changes.Change(user, "invoiced_party_changed", title, summary, facts))


class MailSettingsForm(forms.ModelForm):
    """What a person may switch off, in the words for customers or for staff."""

    class Meta:
        model = User
        fields = ("wants_status_mails", "wants_reminders")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, reminders = self.fields["wants_status_mails"], self.fields["wants_reminders"]
        if self.instance.is_staff:
            # Staff have some for subscriptions of their own alone, and may have switched them off by the link in a mail.
            if self.instance.wants_reminders:
                del self.fields["wants_reminders"]
            field.label = _("Mails about tickets")
            field.help_text = _(
                "New requests, what customers write on your tickets and on those that are nobody’s, and once a day what needs "
                "action. Mails about signing in always come."
            )
        else:
            field.label = _("Mails about pauses and changes")
            field.help_text = _(
                "When a pause begins or ends by itself, and when we change something for you. Receipts for what you do "
                "yourself, answers to your support requests, and mails about signing in always come."
            )
        reminders.label = _("Reminders")
        reminders.help_text = _(
            "Some days before a trial ends, a pause ends by itself, or a subscription that you canceled ends. Before a "
            "period of six months or more renews we always write."
        )


class MerchantForm(forms.ModelForm):
    """Writes a new logo as the last of its checks, because a full disk is told beside it, with all else still filled in."""

    def full_clean(self) -> None:
        super().full_clean()
        if not self.is_bound or self.errors:
            return
        try:
            # As `save` does; what is written already it leaves alone.
            Merchant._meta.get_field("logo").pre_save(self.instance, add=False)
        except NoRoom:
            self.add_error("logo", NO_ROOM)
