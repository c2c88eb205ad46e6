from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal_project.common.personal_data import Deleted, Kept, Table
from support.models.alternatives import AcceptedAlternative, AlternativeShowing
from support.models.cancellation_request import CancellationRequest
from support.models.message import Attachment, Message
from support.models.offer import Offer
from support.models.ticket import Ticket

WHO_OF_THE_STAFF = "who of the staff it was"
ESTIMATE = "an estimate of ours"

PERSONAL_DATA = [
    Table(
        name="support_requests",
        about=_("Your support requests"),
        model=Ticket,
        person="customer",
        columns=(
            "number",
            "type",
            "subject",
            "status",
            "subscription__number",
            "invoice__number",
            "created_at",
            "updated_at",
            "wrote_at",
            "answered_at",
        ),
        left_out={
            "priority": "how staff plan their work",
            "assignee": WHO_OF_THE_STAFF,
            "act_by": "how staff plan their work",
            "subject_is_ours": "the subject says it",
            "token": "an inner key",
        },
        once_forgotten=Kept(
            what="Support requests: number, type, status and dates.",
            why="Cancellation requests name them, and they are counted.",
            goes="The subjects of their support requests.",
            columns=(
                "id",
                "number",
                "type",
                "status",
                "priority",
                "assignee",
                "customer",
                "subscription",
                "invoice",
                "act_by",
                "wrote_at",
                "answered_at",
                "created_at",
                "updated_at",
                "token",
            ),
            overwritten={"subject": lambda leaving: gettext("Deleted"), "subject_is_ours": False},
        ),
    ),
    Table(
        name="messages",
        about=_("What you and we wrote in them"),
        model=Message,
        person="ticket__customer",
        columns=("ticket__number", "author__is_staff", "author__name", "body", "created_at"),
        left_out={
            "is_internal": "those that are, are left out",
            "token": "an inner key",
        },
        once_forgotten=Deleted("All that was written in them: messages, answers and internal notes."),
        only=Q(is_internal=False),
    ),
    Table(
        name="files",
        about=_("The files in them; the files themselves are in the folder “files”"),
        model=Attachment,
        person="message__ticket__customer",
        columns=("pk", "message__ticket__number", "message__created_at", "name", "file", "size", "content_type"),
        once_forgotten=Deleted("The files of their support requests."),
        only=Q(message__is_internal=False),
    ),
    Table(
        name="requests_to_cancel",
        about=_("Your requests to cancel, and what became of them"),
        model=CancellationRequest,
        person="subscription__customer",
        columns=(
            "ticket__number",
            "subscription__number",
            "reason_label",
            "message",
            "requested_on",
            "requested_at",
            "answered_at",
            "notice_days",
            "promised_on",
            "why_facts",
            "why_then",
            "decision",
            "decided_at",
            "agreed_on",
            "agreement",
        ),
        once_forgotten=Kept(
            what="Cancellation requests: reason, dates and decision.",
            why="Reports count why people leave.",
            goes="What they wrote when they asked to cancel, and how they agreed to stay.",
            columns=(
                "id",
                "ticket",
                "subscription",
                "reason",
                "reason_label",
                "requested_on",
                "requested_at",
                "answered_at",
                "notice_days",
                "promised_on",
                "why_facts",
                "why_then",
                "decision",
                "decided_at",
                "decided_by",
                "agreed_on",
            ),
            overwritten={
                "message": "",
                "agreement": lambda leaving: Case(
                    When(agreement="", then=Value("")), default=Value(gettext("Deleted"))
                ),
            },
        ),
        left_out={
            "reason": "its words are in reason_label, as they were chosen",
            "decided_by": WHO_OF_THE_STAFF,
        },
    ),
    Table(
        name="offers",
        about=_("What we offered to you personally"),
        model=Offer,
        person="request__subscription__customer",
        columns=(
            "request__ticket__number",
            "kind",
            "percent",
            "invoices",
            "pause_days",
            "plan__name",
            "message",
            "made_at",
            "state",
            "closed_at",
        ),
        once_forgotten=Kept(
            what="Offers that they were made, and what came of them.",
            why="Reports count what offers achieve.",
            goes="What staff wrote with offers.",
            columns=(
                "id",
                "request",
                "kind",
                "percent",
                "invoices",
                "pause_days",
                "plan",
                "made_by",
                "made_at",
                "token",
                "state",
                "closed_at",
                "closed_by",
                "cost",
            ),
            overwritten={"message": ""},
        ),
        left_out={
            "made_by": WHO_OF_THE_STAFF,
            "closed_by": WHO_OF_THE_STAFF,
            "token": "an inner key",
            "cost": ESTIMATE,
        },
    ),
    Table(
        name="accepted_alternatives",
        about=_("What you accepted instead of canceling"),
        model=AcceptedAlternative,
        person="customer",
        columns=("subscription__number", "accepted_on", "offered"),
        once_forgotten=Kept(
            what="Alternatives that they accepted.",
            why="Reports count what alternatives achieve.",
            columns=("id", "subscription", "alternative", "customer", "accepted_on", "offered", "cost"),
        ),
        left_out={
            "alternative": "its words are in offered, as they were accepted",
            "cost": ESTIMATE,
        },
    ),
    Table(
        name="openings_of_the_cancel_page",
        about=_("On which days you opened the page that cancels while something was offered there"),
        model=AlternativeShowing,
        person="customer",
        columns=("subscription__number", "day", "shown"),
        once_forgotten=Kept(
            what="On which days an alternative was there for them.",
            why="Reports compare those who were shown one with those who were not.",
            columns=("id", "subscription", "alternative", "customer", "day", "shown"),
        ),
        left_out={
            "alternative": "part of the merchant's measurement",
        },
    ),
]
