"""The email and what hangs on it: the Email row is narrow; bodies, recipients, files and history are own tables."""

from mailroom.records.emails.models.bounced import BouncedAddress
from mailroom.records.emails.models.content import Attachment, EmailContent, EmailReference, Recipient
from mailroom.records.emails.models.correspondent import Correspondent
from mailroom.records.emails.models.email import Box, Direction, Email, Lane, Status, Thread
from mailroom.records.emails.models.further import FurtherEntity
from mailroom.records.emails.models.history import Attempt, LinkChange, StatusChange
from mailroom.records.emails.models.search import AddressGram, AddressWord, SearchDocument

__all__ = [
    "AddressGram",
    "AddressWord",
    "Attachment",
    "Attempt",
    "BouncedAddress",
    "Box",
    "Correspondent",
    "Direction",
    "Email",
    "EmailContent",
    "EmailReference",
    "FurtherEntity",
    "Lane",
    "LinkChange",
    "Recipient",
    "SearchDocument",
    "Status",
    "StatusChange",
    "Thread",
]
