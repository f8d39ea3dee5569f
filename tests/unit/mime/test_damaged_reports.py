"""Delivery reports that are damaged: the quick ways say what the careful ones say, and nothing raises."""
# ruff: noqa: E501 - mail is read best on the lines it has

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailroom.mime import addresses, automatic, bounces, headers, parameters, parse, references
from mailroom.mime.message import Message

NEVER = re.compile(r"(?!)")


class _Shared(frozenset[str]):
    """Names of which every mail has one."""

    def isdisjoint(self, _other: object) -> bool:  # type: ignore[override]  # asked with fields alone
        return False


@contextmanager
def with_care() -> Iterator[None]:
    """Every quick way closed, so that all is read by the rules for damaged mail (docs/decisions/0089)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(headers, "_usual_head", lambda block: None)
        patch.setattr(headers, "_plain_head", lambda block: None)
        patch.setattr(addresses, "_usual", lambda text: None)
        patch.setattr(addresses, "_plain", lambda text: None)
        patch.setattr(parameters, "read", parameters.read.__wrapped__)
        for room, name in (
            (parameters, "USUAL"),
            (parse, "PLAIN_DATE"),
            (references, "PLAIN_ID"),
            (references, "PLAIN_IDS"),
        ):
            patch.setattr(room, name, NEVER)
        patch.setattr(bounces, "from_machine", lambda sender: bounces.MACHINE.search(sender) is not None)
        patch.setattr(automatic, "MACHINE_FIELDS", _Shared())
        yield


def report(chance: random.Random) -> bytes:
    """A delivery report as mail servers write them (RFC 3464), with one recipient or a few."""
    people = [
        f"user{number}@{chance.choice(['fjord.example', 'elv.example'])}" for number in range(chance.randint(1, 3))
    ]
    code = chance.choice(["5.1.1", "4.4.7", "5.0.0", "5.7.1", "2.1.5"])
    blocks = "".join(
        f"\nOriginal-Recipient: rfc822;{person}\nFinal-Recipient: rfc822; {person}\nAction: {chance.choice(['failed', 'delayed'])}\n"
        f"Status: {code}\nDiagnostic-Code: smtp; 550 {code} <{person}>: user unknown\n    in table\n"
        for person in people
    )
    charset = chance.choice(["us-ascii", "utf-8", "iso-8859-1", "no-such-charset"])
    kind = chance.choice(["text/rfc822-headers", "message/rfc822"])
    text = (
        f"Return-Path: <>\nReceived: by mx.fjord.example (Postfix)\n\tid 9A1; Mon,  2 Mar 2026 09:00:01 +0100 (CET)\n"
        f"Date: Mon, 02 Mar 2026 09:00:00 +0100\nFrom: MAILER-DAEMON@fjord.example (Mail Delivery System)\n"
        f"To: kari@mailroom.example\nSubject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\n"
        f"Message-ID: <9A1.17@fjord.example>\nMIME-Version: 1.0\nContent-Type: multipart/report; "
        f'report-type=delivery-status;\n\tboundary="9A1/fjord"\n\n--9A1/fjord\n'
        f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
        f"Meldingen kunne ikke leveres. I'm sorry to have to inform you that your message could not\nbe delivered to "
        f"{', '.join(people)}: user unknown\n\n--9A1/fjord\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx.fjord.example\nArrival-Date: Mon,  2 Mar 2026 08:59:00 +0100 (CET)\n{blocks}\n"
        f"--9A1/fjord\nContent-Type: {kind}\n\nFrom: Kari <kari@mailroom.example>\nTo: {people[0]}\nSubject: Tilbud på dører\n"
        f"Message-ID: <offer-17@mailroom.example>\n\nHei\n--9A1/fjord--\n"
    )
    return text.replace("\n", chance.choice(["\r\n", "\r\n", "\n"])).encode(chance.choice(["utf-8", "latin-1"]))


Damage = Callable[[random.Random, bytes], bytes]


def _lines(chance: random.Random, raw: bytes) -> tuple[list[bytes], int]:
    lines = raw.splitlines(keepends=True) or [b""]
    return lines, chance.randrange(len(lines))


def doubled(chance: random.Random, raw: bytes) -> bytes:
    """A line twice."""
    lines, place = _lines(chance, raw)
    return b"".join([*lines[: place + 1], *lines[place:]])


def missing(chance: random.Random, raw: bytes) -> bytes:
    """A line less."""
    lines, place = _lines(chance, raw)
    return b"".join([*lines[:place], *lines[place + 1 :]])


def moved(chance: random.Random, raw: bytes) -> bytes:
    """A line somewhere else."""
    lines, place = _lines(chance, raw)
    line = lines.pop(place)
    lines.insert(chance.randint(0, len(lines)), line)
    return b"".join(lines)


def other_case(chance: random.Random, raw: bytes) -> bytes:
    """A line in capitals, or in small letters."""
    lines, place = _lines(chance, raw)
    lines[place] = lines[place].upper() if chance.random() < 0.5 else lines[place].lower()
    return b"".join(lines)


def cut(chance: random.Random, raw: bytes) -> bytes:
    """The end is missing."""
    return raw[: chance.randint(0, len(raw))]


def broken_line(chance: random.Random, raw: bytes) -> bytes:
    """A sign that does not belong there."""
    place = chance.randint(0, len(raw))
    odd = chance.choice(
        [
            b"\r",
            b"\n",
            b"\r\n",
            b"\0",
            b" ",
            b"\t",
            b":",
            b";",
            b'"',
            b"<",
            b"(",
            b"\xe6",
            b"\v",
            b"\x0c",
            b"=",
            b"\x1c",
        ]
    )
    return raw[:place] + odd + raw[place:]


def without_boundary(chance: random.Random, raw: bytes) -> bytes:
    """The delimiter goes, or is another."""
    return raw.replace(
        b'boundary="9A1/fjord"', chance.choice([b"", b'boundary="other"', b"boundary=", b"boundary=9A1/fjord"])
    )


def mislabelled(chance: random.Random, raw: bytes) -> bytes:
    """A charset that is not the text's."""
    return re.sub(rb"charset=\S+", b"charset=" + chance.choice([b"utf-16", b"koi8-r", b"ascii", b"", b"'utf-8'"]), raw)


DAMAGES: list[Damage] = [doubled, missing, moved, other_case, cut, broken_line, without_boundary, mislabelled]


def as_told(message: Message) -> dict[str, object]:
    """All that is made of a mail."""
    return message.to_json() | {"all_headers": message.headers}


@settings(max_examples=200)
@given(st.integers(0, 2**32), st.lists(st.sampled_from(DAMAGES), max_size=5))
def test_a_damaged_report_is_the_same_by_the_quick_and_by_the_careful_way(seed: int, damages: list[Damage]) -> None:
    """T29: and nothing raises, whatever is doubled, cut, renamed or missing."""
    chance = random.Random(seed)
    raw = report(chance)
    for damage in damages:
        raw = damage(chance, raw)
    quick = as_told(parse.parse(raw))
    with with_care():
        careful = as_told(parse.parse(raw))
    assert quick == careful


def test_a_sound_report_is_read_by_both_ways() -> None:
    """What the comparison compares is there: recipients, codes and the mail that came back."""
    for seed in range(20):
        raw = report(random.Random(seed))
        found = parse.parse(raw)
        assert found.bounce is not None
        assert found.bounce.recipients
        assert found.bounce.original_message_id == "offer-17@mailroom.example"
        with with_care():
            assert parse.parse(raw).bounce == found.bounce
