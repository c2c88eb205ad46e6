from typing import Any

from django import forms
from django.utils.translation import gettext as _

from portal_project.accounts.models import Merchant, User
from portal_project.common.full_disk import NO_ROOM, NoRoom


class MailSettingsForm(forms.ModelForm):
    """What a person may switch off, in the words for customers or for staff."""

    class Meta:
        model = User
        fields = ("wants_status_mails",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["wants_status_mails"]
        if self.instance.is_staff:
            field.label = _("Mails about tickets")
            field.help_text = _(
                "New requests, what customers write on your tickets and on those that are nobody’s, and once a day what needs "
                "action. Mails about signing in always come."
            )
        else:
            field.label = _("Mails about pauses")
            field.help_text = _(
                "When a pause is planned, begins or ends, and what will be billed three days before it ends by itself. "
                "Confirmations of a cancellation, answers to your support requests, and mails about signing in always come."
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
