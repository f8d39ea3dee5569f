"""Any bytes to a Message: a tree cut from the bytes, and rules for everything that stands in it.

Never raises: what is wrong with a message becomes a defect, and its text is shown all the same.
"""

import email.utils
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from mailroom.mime import addresses, automatic, bounces, calendar, charsets, crypto, parts, references
from mailroom.mime import tree as trees
from mailroom.mime.message import Address, Defect, Message

MONTHS = {name: number for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
# What nearly every Date field looks like (RFC 5322 §3.3), in years whose instants all clocks know.
PLAIN_DATE = re.compile(
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d\d?) ({'|'.join(MONTHS)}) ((?:19|20)\d\d) "
    r"(\d\d):(\d\d)(?::(\d\d))? ([+-](?:0\d|1[0-4])[0-5]\d)(?: \([A-Z]+\))?",
    re.ASCII,
)


def parse(raw: bytes, trusted_hosts: Sequence[str] = ()) -> Message:
    """What the bytes of a message (RFC 5322, or anything at all) say. `trusted_hosts`: see RFC 8601 §5."""
    tree = trees.read(without_envelope(raw))
    defects: list[Defect] = []
    headers, found = _headers(tree)
    walked = parts.walk(tree, defects)
    bounce = bounces.read(tree, found, walked)
    date = _date(found.get("date", ""), defects)
    return Message(
        headers=headers,
        subject=" ".join(found.get("subject", "").split()),
        from_=_addresses(tree, "from"),
        sender=_addresses(tree, "sender") if "sender" in found else (),
        reply_to=_addresses(tree, "reply-to") if "reply-to" in found else (),
        to=_addresses(tree, "to"),
        cc=_addresses(tree, "cc") if "cc" in found else (),
        bcc=_addresses(tree, "bcc") if "bcc" in found else (),
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


def _headers(tree: trees.Part) -> tuple[tuple[tuple[str, str], ...], dict[str, str]]:
    """All header fields in order, decoded for reading, and the first of each by its lower-case name."""
    first = {name: values[0] for name, values in tree.fields.items()}
    headers = list(tree.headers)
    for place, (name, value) in enumerate(headers):
        if "=?" in value:
            decoded = charsets.decode_words(value)
            headers[place] = name, decoded
            if first[name.lower()] is value:
                first[name.lower()] = decoded
    return tuple(headers), first


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


@lru_cache(maxsize=128)
def _zone(offset: str) -> timezone:
    """A zone of the form +hhmm."""
    away = timedelta(hours=int(offset[1:3]), minutes=int(offset[3:]))
    return timezone(-away if offset[0] == "-" else away)


def _date(text: str, defects: list[Defect]) -> datetime | None:
    """The Date field with its zone; a missing zone is UTC. None when it says no date."""
    if not text:
        defects.append(Defect("date-missing", "The message has no Date field."))
        return None
    plain = PLAIN_DATE.fullmatch(text)
    try:
        if plain is not None:
            day, month, year, hour, minute, second, zone = plain.groups()
            return datetime(
                int(year), MONTHS[month], int(day), int(hour), int(minute), int(second or 0), 0, _zone(zone)
            )
        parsed = email.utils.parsedate_to_datetime(text)
        moment = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        defects.append(Defect("date-invalid", "The Date field says no date."))
        return None
    return moment
