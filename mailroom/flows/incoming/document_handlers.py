"""Handlers of an account's mail with documents, such as an AutoPay inbox: what an installation brings of its own.

A handler is a function of a mail and its documents. A package names it in its entry points, under the Email account ID:

    [project.entry-points."mailroom.document_handlers"]
    AUTOPAY = "our_bank.autopay:handle"
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points

import structlog

from mailroom.records.emails.links import NOTHING, Related
from mailroom.records.emails.models import Attachment, Email
from mailroom.records.files import store

log = structlog.get_logger(__name__)
GROUP = "mailroom.document_handlers"


@dataclass(frozen=True, slots=True)
class Document:
    """A file of the mail that its readers get."""

    name: str
    content_type: str
    size: int
    attachment: Attachment

    def read(self) -> bytes:
        """Its content; raises store.FileMissing."""
        return store.content_of(self.attachment.file)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of the documents, in words for a person; with `related` the mail becomes an activity of that record."""

    words: str
    related: Related = NOTHING


Handle = Callable[[Email, Sequence[Document]], Result]


@dataclass(frozen=True, slots=True)
class Handler:
    """A handler and the name that people read."""

    name: str
    handle: Handle


HANDLERS: dict[str, Handler] = {}


def register(email_account_id: str, name: str, handle: Handle) -> None:
    """Have `handle` called for each mail with documents that comes to this account.

    An error that it raises marks the mail Failed with its words; *Process* calls it again. It is called inside a
    transaction that also keeps the result, so that what it writes to this database is kept once.
    """
    HANDLERS[email_account_id.upper()] = Handler(name, handle)


def of_account(email_account_id: str) -> Handler | None:
    """The handler of an account."""
    return HANDLERS.get(email_account_id.upper())


def name_of(email_account_id: str) -> str:
    """The name of an account's handler; empty where it has none."""
    handler = of_account(email_account_id)
    return handler.name if handler is not None else ""


def load() -> None:
    """Register what installed packages bring; one that cannot be loaded is logged and left out."""
    for entry in entry_points(group=GROUP):
        try:
            handle = entry.load()
            register(entry.name, getattr(handle, "name", entry.name), handle)
        except Exception:  # a broken package of the installation stops nobody's mail
            log.exception("document handler not loaded", entry=entry.name)
