"""What a person types in Search, read into terms and conditions. Any text is a query; nothing is an error."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from mailroom.records.emails.search import stream, words

MOST_TERMS = 12
_PART = re.compile(r'(?P<minus>-?)(?:(?P<key>[a-zA-Z]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))')
FIELDS = {
    "from": stream.SENDER, "to": stream.TO, "cc": stream.CC, "bcc": stream.BCC, "subject": stream.SUBJECT,
}  # fmt: skip
CHOICES = ("status", "account", "owner", "has", "before", "after")


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand beside each other; `field` is a mark of the stream or "", `prefix` leaves the last one open.

    `address` says that it is written like an address: each word is then a part of one.
    """

    words: tuple[str, ...]
    field: str = ""
    prefix: bool = False
    quoted: bool = False
    negative: bool = False
    address: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """An operator that asks a column: status, account, owner, has, before (moment), after (moment)."""

    kind: str
    value: str = ""
    moment: datetime | None = None
    negative: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """All of it; everything must hold."""

    terms: tuple[Term, ...] = ()
    conditions: tuple[Condition, ...] = ()


def read(text: str, now: datetime, zone: tzinfo) -> Query:
    """Read a typed text; days are meant in `zone`. What is no operator we know is searched as words."""
    terms: list[Term] = []
    conditions: list[Condition] = []
    for found in _PART.finditer(text[:1000]):
        condition = _condition(found, now, zone)
        if condition is not None:
            conditions.append(condition)
            continue
        terms += _terms(found)
    return Query(tuple(dict.fromkeys(terms))[:MOST_TERMS], tuple(dict.fromkeys(conditions))[:MOST_TERMS])


def _terms(found: re.Match[str]) -> Iterator[Term]:
    key = (found["key"] or "").lower()
    value = found["quoted"] if found["quoted"] is not None else found["bare"]
    if key and key not in FIELDS:
        value = f"{key} {value}"
    tokens = tuple(words.split(value))[:20]
    if tokens:
        quoted = found["quoted"] is not None
        prefix = not quoted and value.endswith("*")
        yield Term(tokens, FIELDS.get(key, ""), prefix, quoted, bool(found["minus"]), not quoted and "@" in value)


def _condition(found: re.Match[str], now: datetime, zone: tzinfo) -> Condition | None:
    key = (found["key"] or "").lower()
    if key not in CHOICES:
        return None
    value = (found["quoted"] if found["quoted"] is not None else found["bare"]).strip()
    negative = bool(found["minus"])
    if key in {"before", "after"}:
        moment = day(value, now, zone)
        return Condition(key, value, moment, negative) if moment is not None else None
    if key == "has":
        known = words.fold(value) in {"attachment", "attachments", "vedlegg"}
        return Condition(key, "attachment", None, negative) if known else None
    return Condition(key, words.fold(value), None, negative) if value else None


def day(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """The first moment of "2026-03-31", "31.3.2026", "2026-03", "2026", "today", "yesterday" or "7d" (days ago)."""
    today = now.astimezone(zone).date()
    found = _named(words.fold(text), today) or _written(text)
    if found is None or not date.min + timedelta(days=2) < found < date.max - timedelta(days=2):
        return None
    return datetime(found.year, found.month, found.day, tzinfo=zone)


def _named(text: str, today: date) -> date | None:
    if text in {"today", "yesterday"}:
        return today - timedelta(days=text == "yesterday")
    ago = re.fullmatch(r"(\d{1,5})d", text, re.ASCII)
    try:
        return today - timedelta(days=int(ago[1])) if ago else None
    except OverflowError:
        return None


def _written(text: str) -> date | None:
    if norwegian := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text, re.ASCII):
        numbers = [int(norwegian[3]), int(norwegian[2]), int(norwegian[1])]
    elif iso := re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", text, re.ASCII):
        numbers = [int(iso[1]), int(iso[2] or 1), int(iso[3] or 1)]
    else:
        return None
    try:
        return date(*numbers)
    except ValueError:
        return None
