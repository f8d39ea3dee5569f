"""A message of Outlook that holds no header of the Internet ([MS-OXOMSG]), written as the mail that it would be."""

from collections.abc import Sequence

from mailroom.mime import build, references
from mailroom.mime.build import File, Outgoing
from mailroom.mime.mapi import Name, Properties
from mailroom.mime.meetings import Letter
from mailroom.mime.message import Address, Attachment

MOST_RECIPIENTS = 1_000
SENDER_NAMES: tuple[Name, ...] = (0x0042, 0x0C1A)  # whom it was sent for, and who sent it
SENDER_ADDRESSES: tuple[Name, ...] = (0x5D02, 0x5D01, 0x0065, 0x0C1F)
RECIPIENT_NAMES: tuple[Name, ...] = (0x3001, 0x5FF6)
RECIPIENT_ADDRESSES: tuple[Name, ...] = (0x39FE, 0x3003)
RECIPIENT_KIND, TO, CC = 0x0C15, 1, 2
SHOWN_TO, SHOWN_CC = 0x0E04, 0x0E03
SUBMITTED, DELIVERED = 0x0039, 0x0E06
MESSAGE_ID, REFERENCES, IN_REPLY_TO = 0x1035, 0x1039, 0x1042


def letter(values: Properties, recipients: Sequence[Properties], subject: str) -> Letter:
    """From whom, to whom and about what, as far as the message says so."""
    sender = _person(values, SENDER_NAMES, SENDER_ADDRESSES)
    to, cc = (_people(values, recipients, *kind) for kind in ((TO, SHOWN_TO), (CC, SHOWN_CC)))
    return Letter(sender, to, cc, values.text(0x0037) or subject)


def written(values: Properties, about: Letter, text: str, html: str, files: Sequence[Attachment]) -> bytes:
    """The bytes of the mail; what the message does not say stands nowhere in it."""
    outgoing = Outgoing(
        from_=about.sender or Address("", ""),
        to=about.to,
        cc=about.cc,
        subject=about.subject,
        message_id=references.message_id(values.text(MESSAGE_ID)),
        date=values.moment(SUBMITTED, DELIVERED),
        text=text,
        html=html,
        in_reply_to=references.message_ids(values.text(IN_REPLY_TO)),
        references=references.message_ids(values.text(REFERENCES)),
        attachments=[
            File(
                file.name,
                file.type,
                file.content,
                bool(file.content_id) and f"cid:{file.content_id}" in html,
                file.content_id,
            )
            for file in files
        ],
    )
    return build.build(outgoing)


def _person(values: Properties, names: Sequence[Name], addresses: Sequence[Name]) -> Address | None:
    """A person; QUIRK: inside a company Exchange writes paths of a directory in place of addresses."""
    written = (value for name in addresses if "@" in (value := values.text(name)))
    address = next(written, "").strip()
    name = " ".join(values.text(*names).split())
    return Address(name, address) if name or address else None


def _people(values: Properties, rows: Sequence[Properties], kind: int, shown: int) -> list[Address]:
    """The recipients of a kind; where there is no table of them, the names that Outlook shows."""
    chosen = [row for row in rows if row.number(RECIPIENT_KIND) == kind]
    people = [_person(row, RECIPIENT_NAMES, RECIPIENT_ADDRESSES) for row in chosen]
    named = [name.strip() for name in values.text(shown).split(";")[:MOST_RECIPIENTS]]
    return [one for one in people if one] or [
        Address("" if "@" in name else name, name if "@" in name else "") for name in named if name
    ]
