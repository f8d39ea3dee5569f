"""Small real files for the demo's mail, made by code: PDF, PNG, CSV and calendar invitations."""

import struct
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file: its name, its type and its bytes."""

    name: str
    content_type: str
    content: bytes


def make(name: str, about: str, at: datetime) -> MadeFile:
    """The file of this name; `about` is what it says, `at` the time of an invitation."""
    kind = name.rpartition(".")[2].lower()
    if kind == "pdf":
        return MadeFile(name, "application/pdf", _pdf(f"{name.rpartition('.')[0]} - {about}"))
    if kind == "png":
        return MadeFile(name, "image/png", _png(zlib.crc32(name.encode())))
    if kind == "ics":
        return MadeFile(name, "text/calendar", _invitation(about, at))
    return MadeFile(name, "text/csv", _table(zlib.crc32(name.encode())))


def _pdf(text: str) -> bytes:
    """A page of A5 with one line of text (ISO 32000-1 §7.5)."""
    shown = text.encode("latin-1", "replace").replace(b"\\", b"").replace(b"(", b"").replace(b")", b"")
    page = b"BT /F1 14 Tf 40 540 Td (" + shown + b") Tj ET"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 595]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(page), page),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, part)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1) + rows
    return out + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(out))


def _png(seed: int) -> bytes:
    """A picture of 96 by 64 points in soft bands (ISO 15948)."""
    colours = [(seed >> shift) % 160 + 60 for shift in (0, 8, 16)]
    rows = b"".join(
        b"\0" + b"".join(bytes(min(255, tone + 2 * y + x // 3) for tone in colours) for x in range(96))
        for y in range(64)
    )
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 96, 64, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def _table(seed: int) -> bytes:
    rows = [f"{104700 + at};{(seed >> at) % 900 + 40},{(seed >> at) % 90 + 10};NOK" for at in range(12)]
    return "\r\n".join(["Invoice;Amount;Currency", *rows, ""]).encode()


def _invitation(summary: str, at: datetime) -> bytes:
    """An invitation for an hour, two days after the mail (RFC 5546 §3.2.2)."""
    start = (at + timedelta(days=2)).replace(hour=9, minute=0, second=0)
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Havnegade//Calendar//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n"
        f"UID:{zlib.crc32(summary.encode()):08x}@havnegade.example.org\r\nDTSTAMP:{at:%Y%m%dT%H%M%SZ}\r\n"
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}\r\nDTEND:{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}\r\nSUMMARY:{summary}\r\n"
        "ORGANIZER;CN=Mads Bruun:mailto:mads.bruun@havnegade.example.org\r\n"
        "ATTENDEE;CN=Elvestad Sales;RSVP=TRUE:mailto:sales@elvestad.example.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()
