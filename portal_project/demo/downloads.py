"""Lists that the demo's staff took as files, so that the pages about them show something."""

from datetime import datetime, timedelta
from uuid import UUID

from portal_project.accounts.models import User
from portal_project.common.admin import ModelAdmin
from portal_project.exports import files, lists
from portal_project.exports.models import Export

MADE = UUID("5f0d3c0e-6f43-4a0b-9a5e-2d9f0a6c1b77")


def add(began: datetime, merchant: User, agent: User) -> None:
    """Two that came at once, and one that the worker made. `began` is the instant when the loading began."""
    for days, name, query, by in (
        (2, "subscriptions.invoice", "status__exact=open", merchant),
        (1, "support.ticket", "tab=ending", agent),
    ):
        page = _list(name)
        export = files.begin_at_once(page, query, by=by)
        for _piece in files.handed_over(page, page.csv_rows(query, by), export):
            pass
        at = began - timedelta(days=days)
        Export.objects.filter(pk=export.pk).update(taken_at=at, finished_at=at)
    files.order(_list("subscriptions.subscription"), "", by=merchant, token=MADE)
    files.make_waiting()


def _list(name: str) -> ModelAdmin:
    page = lists.find(name)
    assert page
    return page
