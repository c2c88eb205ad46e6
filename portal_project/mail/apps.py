from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailConfig(AppConfig):
    name = "portal_project.mail"
    label = "mail"
    verbose_name = _("Mail")

    def ready(self) -> None:
        from portal_project.common import personal_data
        from portal_project.mail.forgetting import OWN_ERASERS

        personal_data.ERASERS.extend(OWN_ERASERS)
