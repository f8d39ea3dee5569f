"""Reads the answer to a FETCH (RFC 3501 §7.4.2) straight off the wire, a mail at a time, at any size."""

import imaplib
import io
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from mailroom.records.email_accounts import connection

LITERAL = re.compile(rb"~?\{(\d{1,20})\+?\}\r?\n\Z")
BODY = re.compile(rb"BODY\[[^\]]*\](?:<\d+>)? ~?\{\d+\+?\}\r?\n\Z", re.IGNORECASE)
SHORT_BODY = re.compile(rb'BODY\[[^\]]*\](?:<\d+>)? (NIL|"(?:[^"\\]|\\.)*")', re.IGNORECASE)
QUOTED_PAIR = re.compile(rb"\\(.)", re.DOTALL)
UID = re.compile(rb"\bUID (\d{1,19})\b", re.IGNORECASE)
SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,19})\b", re.IGNORECASE)
FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)", re.IGNORECASE)
DATE = re.compile(rb'INTERNALDATE "[^"]*"', re.IGNORECASE)
UNTAGGED_FETCH = re.compile(rb"\* \d+ FETCH ", re.IGNORECASE)
LONGEST_LINE = 1_000_000
LARGEST_LITERAL = 2**32
PIECE = 1024 * 1024
HEAD = 256 * 1024


@dataclass(frozen=True, slots=True)
class Item:
    """One FETCH answer; `full` is the body's size on the server, more than is here when it was `cut` to its head."""

    uid: int
    size: int
    flags: bytes
    internal_date: datetime | None
    body: bytes | None = None
    full: int = 0
    nil: bool = False  # the server said that there is no body

    @property
    def cut(self) -> bool:
        """Whether only the head of the body is here."""
        return self.body is not None and self.full > len(self.body)


def items(stream: io.BufferedReader, tag: bytes, largest: int) -> Iterator[Item]:
    """Every FETCH answer until the tagged line; other untagged lines are passed over.

    Raises connection.Refused for NO and BAD, OSError for a BYE, a broken line or the end of the stream.
    """
    end = tag + b" "
    while True:
        line = _line(stream)
        if line.startswith(end):
            kind, _, words = line[len(end) :].strip().partition(b" ")
            if kind.upper() != b"OK":
                raise connection.Refused(words.decode("utf-8", "backslashreplace"))
            return
        if line[:6].upper() == b"* BYE ":
            raise ConnectionResetError(line[6:].strip().decode("utf-8", "backslashreplace"))
        found = _item(stream, line, largest)
        if found is not None:
            yield found


def _line(stream: io.BufferedReader) -> bytes:
    line = stream.readline(LONGEST_LINE)
    if not line.endswith(b"\n"):
        raise ConnectionResetError("The server sent a line without an end" if line else "The server hung up")
    return line


def _item(stream: io.BufferedReader, line: bytes, largest: int) -> Item | None:
    """The answer that begins with this line; None for an answer about something else."""
    text, body, full, nil = line, None, 0, False
    while match := LITERAL.search(line):
        size = int(match[1])
        content = _literal(stream, size, largest)
        if BODY.search(line):
            body, full = content, size
        line = _line(stream)
        text += line
    if not UNTAGGED_FETCH.match(text):
        return None
    if body is None and (short := SHORT_BODY.search(text)):
        nil = short[1].upper() == b"NIL"
        body = None if nil else QUOTED_PAIR.sub(rb"\1", short[1][1:-1])
        text = text[: short.start()] + text[short.end() :]
    uid, size_found, flags, date = UID.search(text), SIZE.search(text), FLAGS.search(text), DATE.search(text)
    if uid is None:
        return None
    return Item(
        uid=int(uid[1]),
        size=int(size_found[1]) if size_found else 0,
        flags=flags[1] if flags else b"",
        internal_date=_moment(date[0]) if date else None,
        body=body,
        full=max(full, len(body or b"")),
        nil=nil,
    )


def _literal(stream: io.BufferedReader, size: int, largest: int) -> bytes:
    """A literal whole, or its head alone when it is larger than `largest`: the rest is read and dropped."""
    if size > LARGEST_LITERAL:
        raise ConnectionResetError(f"The server announces a message of {size} bytes")
    kept = stream.read(size if size <= largest else min(size, HEAD))
    left = size - len(kept)
    while left and size > largest:
        piece = stream.read(min(PIECE, left))
        if not piece:
            break
        left -= len(piece)
    if left:
        raise ConnectionResetError("The server hung up in the middle of a message")
    return kept


def _moment(text: bytes) -> datetime | None:
    parsed = imaplib.Internaldate2tuple(text)
    try:
        return datetime.fromtimestamp(time.mktime(parsed), UTC) if parsed else None
    except (OverflowError, ValueError):
        return None
