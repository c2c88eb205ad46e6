from support.models.cancellation_request import CancellationRequest
from support.models.ticket import Message, Ticket

__all__ = ["CancellationRequest", "Message", "Ticket"]
