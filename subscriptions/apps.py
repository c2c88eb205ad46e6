from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubscriptionsConfig(AppConfig):
    name = "subscriptions"
    verbose_name = _("Subscriptions")

    def ready(self) -> None:
        from portal_project.common import personal_data, to_do, who_did_what
        from subscriptions.admin.to_do import TO_DO
        from subscriptions.admin.who_did_what import SOURCES
        from subscriptions.lifecycle import forgetting
        from subscriptions.models.personal_data import PERSONAL_DATA

        to_do.TO_DO.extend(TO_DO)
        who_did_what.SOURCES.extend(SOURCES)
        personal_data.TABLES.extend(PERSONAL_DATA)
        personal_data.ERASERS.extend(forgetting.OWN_ERASERS)
        personal_data.OBSTACLES.append(forgetting.in_the_way)
