"""Any bytes to a Message: a tree cut from the bytes, and rules for everything that stands in it.

Never raises: what is wrong with a message becomes a defect, and its text is shown all the same.
"""

import email.utils
from collections.abc import Sequence
from datetime import UTC, datetime

from mailroom.mime import addresses, automatic, bounces, calendar, charsets, crypto, parts, references
from mailroom.mime import tree as trees
from mailroom.mime.message import Address, Defect, Message


def parse(raw: bytes, trusted_hosts: Sequence[str] = ()) -> Message:
    """What the bytes of a message (RFC 5322, or anything at all) say. `trusted_hosts`: see RFC 8601 §5."""
    tree = trees.read(without_envelope(raw))
    defects: list[Defect] = []
    headers = _headers(tree)
    walked = parts.walk(tree, defects)
    found = {name.lower(): value for name, value in reversed(headers)}
    bounce = bounces.read(tree, found, walked)
    date = _date(found.get("date", ""), defects)
    return Message(
        headers=headers,
        subject=" ".join(found.get("subject", "").split()),
        from_=_addresses(tree, "from"),
        sender=_addresses(tree, "sender"),
        reply_to=_addresses(tree, "reply-to"),
        to=_addresses(tree, "to"),
        cc=_addresses(tree, "cc"),
        bcc=_addresses(tree, "bcc"),
        date=date,
        message_id=references.message_id(_raw(tree, "message-id")),
        in_reply_to=references.message_ids(_raw(tree, "in-reply-to")),
        references=references.message_ids(_raw(tree, "references")),
        text=walked.text,
        html=walked.html,
        text_is_derived=walked.text_is_derived,
        attachments=walked.attachments,
        structure=walked.structure,
        automatic=automatic.kind(tree, found, walked, bounce),
        bounce=bounce,
        calendar=calendar.read(walked.calendars, defects),
        signed=crypto.signed(walked),
        encrypted=crypto.encrypted(walked),
        defects=tuple(dict.fromkeys(defects)),
        trusted_hosts=tuple(trusted_hosts),
    )


def without_envelope(raw: bytes) -> bytes:
    """QUIRK: mbox exports leave a `From ` line, and some relays blank lines, before the header."""
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    raw = raw.lstrip(b"\r\n \t\x00") if raw[:1] in b"\r\n \t\x00" else raw
    for mark in (b"From ", b">From "):
        if raw.startswith(mark):
            return raw.partition(b"\n")[2]
    return raw


def _headers(tree: trees.Part) -> tuple[tuple[str, str], ...]:
    """All header fields in order, decoded for reading."""
    return tuple([pair if "=?" not in pair[1] else (pair[0], charsets.decode_words(pair[1])) for pair in tree.headers])


def _raw(tree: trees.Part, name: str) -> str:
    """All fields of one name, undecoded, together."""
    return " ".join(tree.all(name))


def _addresses(tree: trees.Part, name: str) -> tuple[Address, ...]:
    """The mailboxes of every field of that name; encoded words are decoded only after the list is cut."""
    values = tree.fields.get(name)
    if not values:
        return ()
    if len(values) == 1:
        return addresses.parse(values[0])
    return tuple(item for value in values for item in addresses.parse(value))


def _date(text: str, defects: list[Defect]) -> datetime | None:
    """The Date field with its zone; a missing zone is UTC. None when it says no date."""
    if not text:
        defects.append(Defect("date-missing", "The message has no Date field."))
        return None
    try:
        parsed = email.utils.parsedate_to_datetime(text)
        moment = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        defects.append(Defect("date-invalid", "The Date field says no date."))
        return None
    return moment
