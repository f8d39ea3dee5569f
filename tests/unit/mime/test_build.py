"""What is built can be read, says what was meant, and carries nothing that was smuggled in."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailroom.mime import build, parse
from mailroom.mime.message import Address

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SENDER = Address("Kari Åsen", "kari@example.org")
WORDS = 'faktura på øl og æbler Überweisung 発注 счёт invoice <tag> & "quoted" =?utf-8?Q?x?= , ; : émile'.split()
COUNT = 100  # tests/soak reads a thousand
NAMES = ["faktura", "Überweisung på øl", "発注", "счёт; april", 'a "quoted" name', "long " * 30]


def outgoing(**fields: object) -> build.Outgoing:
    """A small message with some fields changed."""
    values: dict[str, object] = {
        "from_": SENDER,
        "to": (Address("", "ola@example.com"),),
        "subject": "Hei",
        "message_id": "1@example.org",
        "date": NOW,
        "text": "Hei!",
    }
    return build.Outgoing(**(values | fields))  # type: ignore[arg-type]


def _random_mail(chance: random.Random) -> build.Outgoing:
    words = lambda count: " ".join(chance.choices(WORDS, k=count))  # noqa: E731 - a name for one expression
    files = tuple(
        build.File(f"{chance.choice(NAMES)}-{number}.bin", "application/pdf", chance.randbytes(900))
        for number in range(chance.randrange(3))
    )
    html = f"<p>{chance.choice(WORDS[:6])}</p>" if chance.random() < 0.5 else ""
    if html and chance.random() < 0.5:
        html += '<img src="cid:picture@example.org">'
        files += (build.File("bilde på.png", "image/png", chance.randbytes(300), True, "picture@example.org"),)
    people = lambda kind, least: tuple(  # noqa: E731 - a name for one expression
        Address(words(2), f"{kind}{number}@example.com") for number in range(chance.randrange(least, 5))
    )
    return outgoing(
        subject=words(chance.randrange(1, 25)),
        text="\n".join(words(chance.randrange(1, 30)) for _line in range(chance.randrange(1, 20))),
        html=html,
        to=people("to", 1),
        cc=people("cc", 0),
        reply_to=people("answers", 0),
        message_id=f"{chance.getrandbits(64)}@example.org",
        in_reply_to=tuple(f"parent{number}@example.org" for number in range(chance.randrange(2))),
        references=tuple(f"{number}@example.org" for number in range(chance.randrange(5))),
        attachments=files,
    )


def test_generated_mails_read_back_as_they_were_meant() -> None:
    """Subject, people, both bodies, files and the thread survive building and parsing unchanged."""
    chance = random.Random(7)
    for _number in range(COUNT):
        meant = _random_mail(chance)
        found = parse.parse(build.build(meant))
        for field in ("subject", "to", "cc", "reply_to", "message_id", "in_reply_to", "references", "date"):
            assert getattr(found, field) == getattr(meant, field), field
        assert found.from_ == (meant.from_,)
        assert found.text.rstrip() == meant.text.rstrip()
        assert meant.html in found.html
        assert [(item.name, item.type, item.content, item.inline) for item in found.attachments] == [
            (item.name, item.type, item.content, item.inline)
            for item in sorted(meant.attachments, key=lambda item: not item.inline)  # the body's own come first
        ]
        assert not found.defects


@settings(max_examples=150, deadline=None)
@given(subject=st.text(max_size=200), name=st.text(max_size=80), text=st.text(max_size=400))
def test_nothing_written_by_people_ends_a_header_line(subject: str, name: str, text: str) -> None:
    """T34: a line end in a subject or a name makes no new header field; the bytes are seven-bit with CRLF."""
    raw = build.build(outgoing(subject=subject, from_=Address(name, "kari@example.org"), text=text))
    head = raw.partition(b"\r\n\r\n")[0]
    names = {line.partition(b":")[0] for line in head.split(b"\r\n") if line[:1] not in b" \t"}
    allowed = {b"Date", b"From", b"To", b"Subject", b"Message-ID", b"MIME-Version", b"Content-Type"}
    assert names <= allowed | {b"Content-Transfer-Encoding"}
    assert raw.isascii()
    assert raw.replace(b"\r\n", b"").find(b"\n") == -1
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("name", ["Bcc", "bcc", "From", "X Y", "X:Y", "X\r\nBcc", ""])
def test_fields_of_our_own_cannot_be_set_from_outside(name: str) -> None:
    """T34: no Bcc is ever written, and no second From."""
    with pytest.raises(build.HeaderRefused):
        build.build(outgoing(extra_headers=((name, "x"),)))


def test_a_domain_beyond_ascii_goes_out_in_its_ascii_form() -> None:
    """RFC 5891: servers without SMTPUTF8 take it."""
    assert b"ola@xn--" in build.build(outgoing(to=(Address("", "ola@blåbær.example"),)))


def test_a_boundary_in_the_text_is_no_boundary() -> None:
    """A text that quotes the boundary of its own message is read back whole."""
    first = build.build(outgoing(html="<p>x</p>"))
    boundary = first.partition(b'boundary="')[2].partition(b'"')[0].decode()
    text = f"before\n--{boundary}\nafter"
    assert parse.parse(build.build(outgoing(html="<p>x</p>", text=text))).text == text
