"""What waits for staff in the outbox."""

from django.urls import reverse

from portal_project.common.to_do import ToDo
from portal_project.mail.models import OutgoingMail

State = OutgoingMail.State


def _list(state: str) -> str:
    return f"{reverse('admin:mail_outgoingmail_changelist')}?state__exact={state}"


TO_DO = [
    ToDo(
        50,
        "Mails not delivered",
        "mail.change_outgoingmail",
        lambda today: OutgoingMail.objects.filter(state=State.FAILED),
        lambda today: _list(State.FAILED),
    ),
    ToDo(
        51,
        "Mails waiting to be sent",
        "mail.change_outgoingmail",
        lambda today: OutgoingMail.objects.filter(state=State.PENDING),
        lambda today: _list(State.PENDING),
    ),
]
