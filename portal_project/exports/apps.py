from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "portal_project.exports"
    label = "exports"
    verbose_name = "Downloads"

    def ready(self) -> None:
        from portal_project.common import who_did_what
        from portal_project.exports.who_did_what_admin import SOURCES

        who_did_what.SOURCES.extend(SOURCES)
