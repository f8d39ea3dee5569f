"""Meetings that Outlook sends as MAPI properties alone ([MS-OXOCAL]), written as a calendar part ([MS-OXCICAL])."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mailroom.mime.mapi import Properties
from mailroom.mime.message import Address

APPOINTMENT = UUID("00062002-0000-0000-c000-000000000046")
MEETING = UUID("6ed8da90-450b-101b-98da-00aa003f1305")
COMMON = UUID("00062008-0000-0000-c000-000000000046")
GLOBAL_ID, CLEAN_ID, IS_RECURRING, CHANGED = (MEETING, 0x0003), (MEETING, 0x0023), (MEETING, 0x0005), (MEETING, 0x001A)
SEQUENCE, BUSY, LOCATION = (APPOINTMENT, 0x8201), (APPOINTMENT, 0x8205), (APPOINTMENT, 0x8208)
START, END = (APPOINTMENT, 0x820D), (APPOINTMENT, 0x820E)
RULE, RECURRING, PATTERN = (APPOINTMENT, 0x8216), (APPOINTMENT, 0x8223), (APPOINTMENT, 0x8232)
INTENDED_BUSY, ALL_DAY = (APPOINTMENT, 0x8224), (APPOINTMENT, 0x8215)
COMMON_START, COMMON_END = (COMMON, 0x8516), (COMMON, 0x8517)
START_DATE, END_DATE, SUBMITTED, SUBJECT = 0x0060, 0x0061, 0x0039, 0x0037
METHODS = {
    "ipm.schedule.meeting.request": "REQUEST",
    "ipm.schedule.meeting.canceled": "CANCEL",
    "ipm.schedule.meeting.resp.pos": "REPLY",
    "ipm.schedule.meeting.resp.neg": "REPLY",
    "ipm.schedule.meeting.resp.tent": "REPLY",
    "ipm.appointment": "PUBLISH",
}
ANSWERS = {"pos": "ACCEPTED", "neg": "DECLINED", "tent": "TENTATIVE"}
BUSY_WORDS = ("FREE", "TENTATIVE", "BUSY", "OOF")
FOREIGN_UID = b"vCal-Uid\x01\x00\x00\x00"  # before the UID of a meeting that another program made
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
LONGEST = 2_000
NAME = "invite.ics"


@dataclass(frozen=True, slots=True)
class Letter:
    """What the mail around the meeting says: who wrote it, to whom, and about what."""

    sender: Address | None = None
    to: Sequence[Address] = ()
    cc: Sequence[Address] = ()
    subject: str = ""


def calendar(kind: str, values: Properties, letter: Letter) -> bytes:
    """The calendar part of a message of that class; none when it is no meeting, or says neither when nor which."""
    method = METHODS.get(kind.lower(), "")
    start, uid = values.moment(START, COMMON_START, START_DATE), _uid(values)
    if not method or not (start or uid):
        return b""
    from icalendar import Calendar, Event  # costly to load, needed for few messages

    event, whole = Event(), Calendar()
    _add(event, ("uid", uid), ("summary", _plain(letter.subject or values.text(SUBJECT))))
    _add(event, ("location", _plain(values.text(LOCATION))), ("sequence", max(values.number(SEQUENCE), 0)))
    _add(event, ("dtstamp", values.moment(CHANGED, SUBMITTED) or start), ("dtstart", start))
    _add(event, ("dtend", values.moment(END, COMMON_END, END_DATE)), ("recurrence-id", _instance(values, start)))
    if method == "CANCEL":
        event.add("status", "CANCELLED")
    if recurs(values):
        event.add("comment", _plain(f"Repeats: {values.text(PATTERN) or 'by a rule that is not read here'}"))
    if values.number(ALL_DAY):
        event.add("x-microsoft-cdo-alldayevent", "TRUE")
    _busy(event, values)
    _people(event, method, ANSWERS.get(kind.lower().rpartition(".")[2], ""), letter)
    _add(whole, ("version", "2.0"), ("prodid", "-//Mailroom//winmail.dat//EN"), ("method", method))
    whole.add_component(event)
    written: bytes = whole.to_ical()
    return written


def recurs(values: Properties) -> bool:
    """Whether the meeting repeats; its rule is told in Outlook's words alone."""
    return bool(values.number(RECURRING) or values.number(IS_RECURRING) or values.binary(RULE))


def _add(component: Any, *fields: tuple[str, object]) -> None:
    for name, value in fields:
        if value is not None and value != "":
            component.add(name, value)


def _plain(text: str) -> str:
    return CONTROL.sub(" ", text)[:LONGEST].strip()


def _uid(values: Properties) -> str:
    """The UID by [MS-OXCICAL] 2.1.3.1.1.20.26: another program's own, else the id of the series in hexadecimal."""
    whole = values.binary(GLOBAL_ID) or values.binary(CLEAN_ID)
    if whole[40:].startswith(FOREIGN_UID):
        return _plain(whole[40 + len(FOREIGN_UID) :].partition(b"\x00")[0].decode("utf-8", "replace"))
    series = values.binary(CLEAN_ID) or whole[:16] + bytes(len(whole[16:20])) + whole[20:]
    return series[:LONGEST].hex().upper()


def _instance(values: Properties, start: datetime | None) -> datetime | None:
    """The day of the one meeting of a series that this is about ([MS-OXOCAL] 2.2.1.27), at the meeting's hour."""
    day = values.binary(GLOBAL_ID)[16:20]
    if len(day) < 4 or not any(day) or start is None:
        return None
    try:
        return start.replace(year=day[0] << 8 | day[1], month=day[2], day=day[3])
    except ValueError:
        return None


def _busy(event: Any, values: Properties) -> None:
    status = next((values.values[name] for name in (INTENDED_BUSY, BUSY) if name in values.values), None)
    if isinstance(status, int) and 0 <= status < len(BUSY_WORDS):
        event.add("x-microsoft-cdo-busystatus", BUSY_WORDS[status])
        event.add("transp", "OPAQUE" if status else "TRANSPARENT")


def _people(event: Any, method: str, answer: str, letter: Letter) -> None:
    """Who asks and who is asked: an answer goes the other way round."""
    others = [*letter.to, *letter.cc]
    organizer = (others[0] if others else None) if method == "REPLY" else letter.sender
    if organizer is not None:
        event.add("organizer", _person(organizer))
    if method == "REPLY":
        if letter.sender is not None:
            event.add("attendee", _person(letter.sender, partstat=answer))
        return
    for person in letter.to:
        event.add("attendee", _person(person, role="REQ-PARTICIPANT"))
    for person in letter.cc:
        event.add("attendee", _person(person, role="OPT-PARTICIPANT"))


def _person(person: Address, **parameters: str) -> Any:
    from icalendar import vCalAddress

    found = vCalAddress(f"mailto:{_plain(person.address)}")
    name = _plain(person.name).replace('"', "'")
    found.params.update({key.upper(): value for key, value in ({"cn": name} | parameters).items() if value})
    return found
