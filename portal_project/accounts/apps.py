from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "portal_project.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_out

        from portal_project.accounts import viewing
        from portal_project.accounts.forgetting import OWN_ERASERS
        from portal_project.accounts.personal_data import PERSONAL_DATA
        from portal_project.accounts.who_did_what_admin import SOURCES
        from portal_project.common import personal_data, who_did_what

        personal_data.TABLES.extend(PERSONAL_DATA)
        personal_data.ERASERS.extend(OWN_ERASERS)
        who_did_what.SOURCES.extend(SOURCES)
        user_logged_out.connect(viewing.end_with_session)
