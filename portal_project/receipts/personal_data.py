from django.utils.translation import gettext_lazy as _

from portal_project.common.personal_data import Deleted, Table
from portal_project.receipts.models import Receipt

PERSONAL_DATA = [
    Table(
        name="receipts",
        about=_("Your receipts for what you did here"),
        model=Receipt,
        person="person",
        columns=(
            "number",
            "kind",
            "subscription",
            "ticket",
            "given_at",
            "zone",
            "language",
            "effective_on",
            "title",
            "summary",
            "facts",
            "points",
            "bills_heading",
            "bills",
            "bills_note",
        ),
        once_forgotten=Deleted(
            _("Their receipts. What happened to their subscriptions stays in the history of these.")
        ),
    ),
]
