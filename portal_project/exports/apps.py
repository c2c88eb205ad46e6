from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "portal_project.exports"
    label = "exports"
    verbose_name = "Downloads"

    def ready(self) -> None:
        from portal_project.common import personal_data, who_did_what
        from portal_project.exports.forgetting import OWN_ERASERS
        from portal_project.exports.who_did_what_admin import SOURCES

        personal_data.ERASERS.extend(OWN_ERASERS)
        who_did_what.SOURCES.extend(SOURCES)
