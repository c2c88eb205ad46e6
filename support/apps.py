from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupportConfig(AppConfig):
    name = "support"
    verbose_name = _("Support")

    def ready(self) -> None:
        from portal_project.common import personal_data, to_do, who_did_what
        from subscriptions.bulk.kinds import KINDS
        from subscriptions.confirm.forms import check_that_every_button_has_a_form
        from subscriptions.lifecycle import linked_services
        from subscriptions.preview import trial_run
        from support.admin.to_do import TO_DO
        from support.admin.who_did_what import SOURCES
        from support.cancellations import bulk_kinds, coming_over, forms
        from support.mails import digest
        from support.models.personal_data import PERSONAL_DATA
        from support.tickets import forgetting
        from support.wind_down import losses, planning, providers

        # Imported for what they register: forms, and sentences that kept mails are worded by, whichever process reads them.
        assert all((forms, coming_over, digest))
        KINDS.update(bulk_kinds.KINDS)
        check_that_every_button_has_a_form()
        providers.check()
        linked_services.FOLLOWERS.append(planning.settle)
        trial_run.LOSSES.append(losses.losses)
        to_do.TO_DO.extend(TO_DO)
        who_did_what.SOURCES.extend(SOURCES)
        personal_data.TABLES.extend(PERSONAL_DATA)
        personal_data.ERASERS.extend(forgetting.OWN_ERASERS)
        personal_data.OBSTACLES.append(forgetting.in_the_way)
