"""Meetings and messages that Outlook sends as MAPI properties alone are read as their ordinary kind is (T50)."""

import base64
import json
import random
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailroom.mime import meetings, parse, tnef
from mailroom.mime.message import Message
from tests.factories import winmail as outlook

START, END = datetime(2026, 3, 2, 9, 0, tzinfo=UTC), datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
REQUEST = "IPM.Schedule.Meeting.Request"
SENT = outlook.moment(0x0039, datetime(2026, 2, 27, 8, 15, tzinfo=UTC))
SENDER = (outlook.words(0x0C1A, "Ola Nordmann"), outlook.words(0x5D01, "ola@example.org"))


def received(stream: bytes, subject: str = "Tour of the mill") -> Message:
    """A mail of Outlook that holds nothing but the winmail.dat."""
    header = (
        f"From: Kari Nordmann <kari@example.org>\r\nTo: ola@example.com\r\nCc: per@example.com\r\n"
        f"Subject: {subject}\r\nDate: Mon, 2 Mar 2026 09:00:00 +0100\r\nMIME-Version: 1.0\r\n"
        "Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    return parse.parse(header.encode() + base64.encodebytes(stream))


def test_an_invitation_of_properties_alone_is_an_invitation() -> None:
    """T50: when, where, what and who, as of a calendar part, and the part is there as a file."""
    message = received(outlook.meeting(REQUEST, start=START, end=END))
    assert message.calendar == (
        {
            "method": "REQUEST",
            "uid": outlook.global_id().hex().upper(),
            "summary": "Tour of the mill",
            "start": "2026-03-02T09:00:00+00:00",
            "end": "2026-03-02T10:30:00+00:00",
            "organizer": "kari@example.org",
            "attendees": ["ola@example.com", "per@example.com"],
        },
    )
    (invite,) = message.attachments
    assert (invite.name, invite.type) == ("invite.ics", "text/calendar")
    assert "LOCATION:Møterom Øst" in invite.content.decode()
    assert (message.automatic.kind, message.defects) == ("calendar", ())
    ordinary = parse.parse(
        b"Date: Mon, 2 Mar 2026 09:00:00 +0100\r\nContent-Type: text/calendar\r\n\r\n" + invite.content
    )
    assert (ordinary.calendar, ordinary.automatic) == (message.calendar, message.automatic)


@pytest.mark.parametrize(
    ("kind", "method", "words"),
    [
        ("IPM.Schedule.Meeting.Canceled", "CANCEL", "STATUS:CANCELLED"),
        ("IPM.Schedule.Meeting.Resp.Pos", "REPLY", "PARTSTAT=ACCEPTED"),
        ("IPM.Schedule.Meeting.Resp.Neg", "REPLY", "PARTSTAT=DECLINED"),
        ("ipm.schedule.meeting.resp.tent", "REPLY", "PARTSTAT=TENTATIVE"),
        ("IPM.Appointment", "PUBLISH", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY"),
    ],
)
def test_each_kind_of_meeting_has_its_method(kind: str, method: str, words: str) -> None:
    """T50: the answer's organizer is whom it goes to."""
    message = received(outlook.meeting(kind, start=START, end=END))
    (row,) = message.calendar
    assert (row["method"], row["summary"]) == (method, "Tour of the mill")
    assert row["organizer"] == ("ola@example.com" if method == "REPLY" else "kari@example.org")
    assert words in message.attachments[0].content.decode().replace("\r\n ", "")


def test_an_old_class_in_an_attribute_is_a_meeting_and_a_note_is_none() -> None:
    """T50: Outlook writes the class of the days before MAPI."""
    values = outlook.message_properties(outlook.moment(meetings.START, START))
    for name, calendars in ((b"IPM.Microsoft Schedule.MtgReq", 1), (b"IPM.Microsoft Mail.Note", 0)):
        kind = outlook.attribute(outlook.MESSAGE, outlook.CLASS, outlook.STRING, name + b"\0")
        assert len(received(outlook.winmail(kind, values)).calendar) == calendars


def test_the_uid_of_another_programs_meeting_is_its_own() -> None:
    """[MS-OXCICAL] 2.1.3.1.1.20.26."""
    identity = outlook.global_id(b"vCal-Uid\x01\0\0\0tour-17@example.org\0")
    (row,) = received(outlook.meeting(REQUEST, start=START, end=END, identity=identity)).calendar
    assert row["uid"] == "tour-17@example.org"


def test_one_meeting_of_a_series_has_the_id_of_the_series_and_its_day() -> None:
    """[MS-OXOCAL] 2.2.1.27: the bytes of the day are no part of the UID."""
    identity = outlook.global_id(day=bytes([0x07, 0xEA, 3, 2]))
    message = received(outlook.meeting(REQUEST, start=START, end=END, identity=identity))
    assert message.calendar[0]["uid"] == outlook.global_id().hex().upper()
    assert b"RECURRENCE-ID:20260302T090000Z" in message.attachments[0].content


def test_a_meeting_that_repeats_says_so() -> None:
    """T50: a rule that is not read never looks like a single meeting."""
    pattern = outlook.words(meetings.PATTERN, "every Monday from 9:00 to 10:30")
    message = received(outlook.meeting(REQUEST, outlook.yes(meetings.RECURRING), pattern, start=START, end=END))
    assert [defect.code for defect in message.defects] == ["calendar-recurring"]
    assert b"COMMENT:Repeats: every Monday" in message.attachments[0].content


def test_no_word_of_a_meeting_becomes_a_line_of_the_calendar() -> None:
    """T34: line ends and quotes in what a stranger wrote end no property."""
    place = outlook.words(meetings.SUBJECT, "x\r\nATTENDEE:mailto:evil@example.net")
    (row,) = received(outlook.meeting(REQUEST, place, start=START, end=END), subject="").calendar
    assert row["attendees"] == ["ola@example.com", "per@example.com"]


def letter(*more: bytes, subject: str = "Old offer") -> bytes:
    """A message of Outlook with sender, subject, date and a body."""
    about = (outlook.words(0x0037, subject), outlook.words(0x1000, "Hei, se vedlegg.\r\n"))
    rows = (
        outlook.listed(
            outlook.words(0x3001, "Per"), outlook.words(0x39FE, "per@example.com"), outlook.number(0x0C15, 1)
        ),
        outlook.listed(outlook.words(0x3001, "Åse"), outlook.words(0x3003, "/O=EX/CN=ASE"), outlook.number(0x0C15, 2)),
    )
    table = len(rows).to_bytes(4, "little") + b"".join(rows)
    return outlook.winmail(
        outlook.message_properties(*about, *SENDER, SENT),
        outlook.attribute(outlook.MESSAGE, outlook.RECIPIENTS, outlook.BYTES, table),
        *more,
    )


def test_a_message_within_is_an_attached_mail_with_its_own_files() -> None:
    """T50: name, subject, people, date, body and files, opened as any attached mail is."""
    (attached,) = received(
        outlook.winmail(outlook.nested("Old offer", letter(outlook.file(b"a.pdf", outlook.PDF))))
    ).attachments
    assert (attached.name, attached.type) == ("Old offer.eml", "message/rfc822")
    inner = parse.parse(attached.content)
    assert (inner.subject, inner.text.strip()) == ("Old offer", "Hei, se vedlegg.")
    assert [(one.name, one.address) for one in inner.from_] == [("Ola Nordmann", "ola@example.org")]
    assert [(one.name, one.address) for one in (*inner.to, *inner.cc)] == [("Per", "per@example.com"), ("Åse", "")]
    assert inner.date == datetime(2026, 2, 27, 8, 15, tzinfo=UTC)
    assert [(one.name, one.content) for one in inner.attachments] == [("a.pdf", outlook.PDF)]


def test_messages_within_messages_are_opened_to_a_limit_and_kept_beyond_it() -> None:
    """T50: nesting without end is a defect; the kept file is exact, and no part of the mail round it."""
    streams = [letter(subject="innermost")]
    for number in range(tnef.DEEPEST + 2):
        streams.append(letter(outlook.nested(f"level {number}", streams[-1])))
    message = received(streams[-1])
    assert [defect.code for defect in message.defects] == ["tnef-nested"]
    depth = 0
    while message.attachments[0].type == "message/rfc822":
        (file,) = message.attachments
        message, depth = parse.parse(file.content), depth + 1
    (kept,) = message.attachments
    assert (kept.name, kept.type, depth) == ("level 2.tnef", "application/octet-stream", tnef.DEEPEST - 1)
    assert kept.content == streams[2]


SAMPLES = (
    outlook.meeting(REQUEST, outlook.yes(meetings.RECURRING), start=START, end=END),
    letter(outlook.file(b"a.pdf", outlook.PDF[:300]), outlook.nested("Old", letter(outlook.file(b"b.txt", b"words")))),
)


@settings(max_examples=300)
@given(st.sampled_from(SAMPLES), st.integers(0, 2**32), st.integers(1, 12))
def test_no_damage_raises_and_the_answer_is_small(stream: bytes, seed: int, changes: int) -> None:
    """T50: bytes changed, doubled, taken out and lengths made huge."""
    chance, damaged = random.Random(seed), bytearray(stream)
    for _change in range(changes):
        place = chance.randrange(6, len(damaged))
        piece = chance.choice(
            [b"\xff\xff\xff\xff", b"\0\0\0\0", bytes([chance.randrange(256)]), bytes(damaged[place : place + 40])]
        )
        damaged[place : place + chance.choice([0, 1, len(piece), 40])] = piece
    message = received(bytes(damaged))
    assert len(json.dumps(message.to_json())) < 100_000
    assert sum(file.size for file in message.attachments) < 50 * len(stream)


@pytest.mark.parametrize(
    "stream",
    [
        outlook.winmail(outlook.attribute(1, 0x8000, 6, b"") * 1_000_000),
        outlook.winmail(outlook.attribute(1, outlook.PROPERTIES, 6, b"\xff\xff\xff\xff" + bytes(4) * 1_000_000)),
        outlook.winmail(outlook.attribute(1, outlook.RECIPIENTS, 6, b"\xff\xff\xff\xff" + bytes(4) * 1_000_000)),
        outlook.winmail(outlook.attribute(1, outlook.PROPERTIES, 6, b"\1\0\0\0\3\x10\1\0\xff\xff\xff\xff")),
        outlook.winmail(
            outlook.attribute(1, outlook.PROPERTIES, 6, b"\1\0\0\0\2\1\1\0\xff\xff\xff\xff" + bytes(4_000_000))
        ),
    ],
    ids=["attributes", "properties", "recipients", "values", "texts"],
)
def test_counts_without_end_cost_little(stream: bytes) -> None:
    """T50: a few bytes that promise billions of things hold nothing up."""
    started = time.process_time()
    received(stream)
    assert time.process_time() - started < 3
