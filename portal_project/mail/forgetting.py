"""The mails of a customer who is forgotten: all of them go, and one last goes out."""

from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal_project.common.personal_data import Eraser, Leaving
from portal_project.mail import outbox
from portal_project.mail.models import OutgoingMail

TOLD_WITHIN = timedelta(days=7)


def delete_of_threads(numbers: list[str]) -> None:
    """Those about the tickets or subscriptions with these numbers, whoever got them; and summaries that name one."""
    about = Q(thread__in=numbers)
    for number in numbers:
        about |= Q(thread="", template="support/digest", context__icontains=number)
    OutgoingMail.objects.filter(about).delete()


def _say_good_bye(leaving: Leaving) -> None:
    OutgoingMail.objects.filter(recipient__in=leaving.addresses).delete()
    outbox.add(
        OutgoingMail(
            key=f"forgotten:{leaving.key}",
            recipient=leaving.email,
            template="accounts/forgotten",
            context={"name": leaving.name, "number": leaving.number},
            language=leaving.language,
            expires_at=leaving.at + TOLD_WITHIN,
            leaves_no_trace=True,
        )
    )


OWN_ERASERS = [
    Eraser(
        _("Mails to their addresses. A last one tells them that it is done, and goes itself once it is sent."),
        _say_good_bye,
    ),
]
