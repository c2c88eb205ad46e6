from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReceiptsConfig(AppConfig):
    name = "portal_project.receipts"
    label = "receipts"
    verbose_name = _("Receipts")

    def ready(self) -> None:
        from portal_project.accounts import changes
        from portal_project.common import personal_data
        from portal_project.receipts import account_changes
        from portal_project.receipts.personal_data import PERSONAL_DATA

        personal_data.TABLES.extend(PERSONAL_DATA)
        changes.made.connect(account_changes.give_for)
