from support.models.alternatives import AcceptedAlternative, AlternativeShowing
from support.models.cancellation_request import CancellationRequest
from support.models.message import Attachment, Message
from support.models.offer import Offer
from support.models.presence import TicketPresence
from support.models.provider_call import ProviderCall
from support.models.saved_reply import SavedReply
from support.models.ticket import Ticket, TicketQuerySet
from support.models.ticket_event import TicketEvent
from support.models.unwanted_file import UnwantedFile
from support.models.wind_down import WindDownDefault, WindDownStep

__all__ = [
    "AcceptedAlternative",
    "AlternativeShowing",
    "Attachment",
    "CancellationRequest",
    "Message",
    "Offer",
    "ProviderCall",
    "SavedReply",
    "Ticket",
    "TicketEvent",
    "TicketPresence",
    "TicketQuerySet",
    "UnwantedFile",
    "WindDownDefault",
    "WindDownStep",
]
