from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailConfig(AppConfig):
    name = "portal_project.mail"
    label = "mail"
    verbose_name = _("Mail")

    def ready(self) -> None:
        from portal_project.common import personal_data, to_do
        from portal_project.mail.forgetting import OWN_ERASERS
        from portal_project.mail.to_do_admin import TO_DO

        to_do.TO_DO.extend(TO_DO)
        personal_data.ERASERS.extend(OWN_ERASERS)
