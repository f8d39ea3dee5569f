"""The values a message is read into. Message-IDs stand without angle brackets everywhere."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox (RFC 5322 §3.4): display name and addr-spec."""

    name: str
    address: str

    def to_json(self) -> dict[str, str]:
        """As the contract prints it."""
        return {"name": self.name, "address": self.address}


@dataclass(frozen=True)
class Attachment:
    """A file of a message; `inline` when the HTML body shows it by its Content-ID."""

    name: str
    type: str
    content: bytes
    content_id: str = ""
    inline: bool = False

    @property
    def size(self) -> int:
        """Decoded size in bytes."""
        return len(self.content)

    @cached_property
    def sha256(self) -> bytes:
        """The content's hash."""
        return hashlib.sha256(self.content).digest()

    def to_json(self) -> dict[str, Any]:
        """As the contract prints it."""
        return {
            "name": self.name,
            "type": self.type,
            "size": self.size,
            "sha256": self.sha256.hex(),
            "content_id": self.content_id,
            "inline": self.inline,
        }


class LaterAttachment(Attachment):
    """An attachment whose content is decoded when it is first asked for."""

    def __init__(self, name: str, kind: str, decode: Callable[[], bytes], content_id: str, inline: bool) -> None:
        """`decode` gives the content."""
        values = {"name": name, "type": kind, "decode": decode, "content_id": content_id, "inline": inline}
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> bytes:
        """The content, decoded once."""
        if name != "content":
            raise AttributeError(name)
        content: bytes = self.__dict__["decode"]()
        self.__dict__["content"] = content
        return content


@dataclass(frozen=True, slots=True)
class Structure:
    """A MIME part and the parts inside it (RFC 2046 §5)."""

    type: str
    parts: tuple["Structure", ...] = ()

    @property
    def count(self) -> int:
        """How many parts there are, this one among them."""
        return 1 + sum(part.count for part in self.parts)

    def to_json(self) -> dict[str, Any]:
        """As the contract prints it."""
        return {"type": self.type, "parts": [part.to_json() for part in self.parts]}


@dataclass(frozen=True, slots=True)
class Automatic:
    """Whether a machine wrote the message: its kind, and the sign that says so."""

    kind: str = "none"
    why: str = ""


@dataclass(frozen=True, slots=True)
class BounceRecipient:
    """One row of a delivery report (RFC 3464 §2.3)."""

    recipient: str
    action: str = ""
    status: str = ""
    diagnostic: str = ""
    reason: str = ""
    permanent: bool = False

    def to_json(self) -> dict[str, Any]:
        """As the contract prints it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report: for whom, and of which message."""

    recipients: tuple[BounceRecipient, ...]
    original_message_id: str = ""

    def to_json(self) -> list[dict[str, Any]]:
        """As the contract prints it: a row for each recipient, each naming the message that came back."""
        return [row.to_json() | {"original_message_id": self.original_message_id} for row in self.recipients]


@dataclass(frozen=True, slots=True)
class Defect:
    """Something wrong with a message that was taken in all the same."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Message:
    """What Mailroom makes of a message."""

    headers: tuple[tuple[str, str], ...]
    subject: str = ""
    from_: tuple[Address, ...] = ()
    sender: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    date: datetime | None = None
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    text: str = ""
    html: str = ""
    text_is_derived: bool = False
    attachments: tuple[Attachment, ...] = ()
    structure: Structure = Structure("text/plain")
    automatic: Automatic = Automatic()
    bounce: Bounce | None = None
    calendar: tuple[dict[str, Any], ...] = ()
    signed: str = "none"
    encrypted: str = "none"
    defects: tuple[Defect, ...] = ()
    trusted_hosts: tuple[str, ...] = field(default=(), repr=False)

    @property
    def part_count(self) -> int:
        """How many MIME parts the message has."""
        return self.structure.count

    @cached_property
    def reply_text(self) -> str:
        """What the sender wrote, without quotes and signature."""
        from mailroom.mime import replies  # read only when asked for: its patterns are costly to load

        return replies.reply_text(self.text, self.html, derived=self.text_is_derived)

    @cached_property
    def authentication(self) -> dict[str, str]:
        """The verdicts of the topmost Authentication-Results header of a trusted host (RFC 8601)."""
        from mailroom.mime import authentication

        return authentication.verdicts(self.headers, self.trusted_hosts)

    def header(self, name: str) -> str:
        """The first header field of that name, decoded; empty when there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")

    def to_json(self) -> dict[str, Any]:
        """The object that `mailroom parse` prints."""
        return {
            "headers": {
                "subject": self.subject,
                "from": [address.to_json() for address in self.from_],
                "reply_to": [address.to_json() for address in self.reply_to],
                "to": [address.to_json() for address in self.to],
                "cc": [address.to_json() for address in self.cc],
                "bcc": [address.to_json() for address in self.bcc],
                "date": self.date.isoformat() if self.date else None,
                "message_id": self.message_id,
                "in_reply_to": list(self.in_reply_to),
                "references": list(self.references),
            },
            "text": self.text,
            "html": self.html,
            "reply_text": self.reply_text,
            "attachments": [attachment.to_json() for attachment in self.attachments],
            "structure": self.structure.to_json(),
            "automatic": {"kind": self.automatic.kind, "why": self.automatic.why},
            "bounce": self.bounce.to_json() if self.bounce else [],
            "calendar": list(self.calendar),
            "signed": self.signed,
            "encrypted": self.encrypted,
            "authentication": self.authentication,
            "defects": [{"code": defect.code, "sentence": defect.sentence} for defect in self.defects],
        }
