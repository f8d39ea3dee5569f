"""A winmail.dat written attribute by attribute (MS-OXTNEF 2.1.3): what Outlook wrapped comes out as if it had not."""

import base64
import time

import compressed_rtf
import pytest

from mailroom.mime import parse
from mailroom.mime.message import Message
from tests.factories.winmail import BODY, MESSAGE, PDF, TEXT, attribute, file, rich_text, winmail

INVITE = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Elvestad//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:tour@example.org\r\n"
    b"DTSTAMP:20260301T080000Z\r\nDTSTART:20260302T090000Z\r\nDTEND:20260302T100000Z\r\nSUMMARY:Tour of the mill\r\n"
    b"ORGANIZER:mailto:kari@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


WHOLE = winmail(attribute(MESSAGE, BODY, TEXT, b"Se vedlegget, hilsen K\xe5re\0"), file(b"tilbud.pdf", PDF))


def wrapped(content: bytes, kind: str = "application/ms-tnef", name: str = "winmail.dat") -> Message:
    """A mail of Outlook that holds nothing but the winmail.dat."""
    header = (
        f"From: kari@example.org\r\nSubject: Offer\r\nDate: Mon, 2 Mar 2026 09:00:00 +0100\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: {kind}; name={name}\r\n"
        f"Content-Disposition: attachment; filename={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    return parse.parse(header.encode() + base64.encodebytes(content))


@pytest.mark.parametrize("kind", ["application/ms-tnef", "application/vnd.ms-tnef", "application/octet-stream"])
def test_body_and_files_are_unpacked_to_the_byte_and_the_wrapper_is_gone(kind: str) -> None:
    """T50: by its type, by its other type, and by its name alone."""
    message = wrapped(WHOLE, kind)
    assert message.text.strip() == "Se vedlegget, hilsen Kåre"
    assert [(one.name, one.type, one.content) for one in message.attachments] == [
        ("tilbud.pdf", "application/pdf", PDF)
    ]
    assert message.defects == ()


def test_a_body_in_rich_text_alone_is_read_with_its_letters() -> None:
    """T50: Outlook's rich text has no other body."""
    rtf = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 Hei \'c5se,\par m\u248?tet er {\b i morgen}.\par}"
    message = wrapped(winmail(rich_text(compressed_rtf.compress(rtf)), file(b"tilbud.pdf", PDF)))
    assert message.text.split() == ["Hei", "Åse,", "møtet", "er", "i", "morgen."]
    assert [one.content for one in message.attachments] == [PDF]


def test_damaged_rich_text_loses_no_file() -> None:
    """T50: a body that cannot be read is empty, and the files are there."""
    compressed = compressed_rtf.compress(rb"{\rtf1 " + b"Hello again and again. " * 50 + b"}")
    for damaged in (compressed[:40], compressed[:20] + bytes(len(compressed) - 20), b""):
        message = wrapped(winmail(rich_text(damaged), file(b"tilbud.pdf", PDF)))
        assert [one.content for one in message.attachments] == [PDF]


def test_a_calendar_invite_inside_is_an_invite() -> None:
    """T50: the invitation is read as from a calendar part, and the file stays."""
    message = wrapped(winmail(attribute(MESSAGE, BODY, TEXT, b"Welcome\0"), file(b"invite.ics", INVITE)))
    (row,) = message.calendar
    assert (row["method"], row["uid"], row["summary"]) == ("REQUEST", "tour@example.org", "Tour of the mill")
    assert [(one.name, one.type, one.content) for one in message.attachments] == [
        ("invite.ics", "text/calendar", INVITE)
    ]


def test_wherever_it_is_cut_nothing_raises_and_nothing_is_silent() -> None:
    """T50: half a winmail.dat gives what is in it with a defect, or is kept as a file with one."""
    for end in range(0, len(WHOLE) - 2, 97):
        message = wrapped(WHOLE[:end])
        codes = {defect.code for defect in message.defects}
        assert codes & {"tnef-broken", "tnef-cut"}, end
        assert ("tnef-broken" in codes) == (WHOLE[:end] in [one.content for one in message.attachments])


@pytest.mark.parametrize("piece", [rb"{\f0\fcharset0 A}", rb"{\fonttbl{\f0\fcharset", rb"\f0\fcharset0", rb"{\pict"])
def test_fonts_without_end_hold_no_worker(piece: bytes) -> None:
    rtf = rb"{\rtf1{\fonttbl" + piece * 3000 + rb"}}"
    content = winmail(rich_text(compressed_rtf.compress(rtf)), file(b"tilbud.pdf", PDF))
    began = time.process_time()
    assert [item.name for item in wrapped(content).attachments] == ["tilbud.pdf"]
    assert time.process_time() - began < 5


def test_letters_are_read_by_the_charset_of_their_font() -> None:
    fonts = rb"{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fnil\fcharset204{\*\fname Arial;}Arial CYR;}}"
    rtf = rb"{\rtf1\ansi\ansicpg1252" + fonts + rb"\f1 \'cf\'f0\'e8\'e2\'e5\'f2\par}"
    message = wrapped(winmail(rich_text(compressed_rtf.compress(rtf))))
    assert "\u041f\u0440\u0438\u0432\u0435\u0442" in message.text
