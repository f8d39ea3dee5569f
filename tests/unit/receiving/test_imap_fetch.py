"""The FETCH reader: any answer that the grammar allows gives the mail, any other is an error and never a wrong mail."""

import contextlib
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.flows.receiving.servers import imap_fetch
from mailroom.flows.receiving.servers.imap_fetch import Item
from mailroom.records.email_accounts.connection import Refused

LARGEST = 1_000_000


def read(answer: bytes, largest: int = LARGEST) -> list[Item]:
    return list(imap_fetch.items(io.BufferedReader(io.BytesIO(answer)), b"A1", largest))


@given(st.lists(st.tuples(st.integers(1, 2**32 - 1), st.binary(max_size=300)), max_size=8), st.booleans())
def test_whatever_bytes_a_mail_has_they_come_back_exactly(mails: list[tuple[int, bytes]], uid_last: bool) -> None:
    answer = b""
    for place, (uid, raw) in enumerate(mails, 1):
        name, body = b"UID %d" % uid, b"BODY[] {%d}\r\n%b" % (len(raw), raw)
        parts = [body, name] if uid_last else [name, b"FLAGS (\\Seen)", body]
        answer += b"* %d FETCH (%b)\r\n" % (place, b" ".join(parts))
    assert [(item.uid, item.body) for item in read(answer + b"A1 OK done\r\n")] == mails


@given(st.binary(max_size=400))
def test_no_bytes_at_all_make_it_fall_over(noise: bytes) -> None:
    """T21: what comes is an answer, a refusal or a lost connection, and nothing else."""
    with contextlib.suppress(OSError, Refused):
        read(noise)


@pytest.mark.parametrize(
    ("line", "body"),
    [
        (b'* 1 FETCH (UID 7 BODY[] "")', b""),
        (b'* 1 FETCH (UID 7 BODY[] "a \\"b\\" \\\\ UID 9")', b'a "b" \\ UID 9'),
        (b'* 1 fetch (body[]<0> "x" uid 7)', b"x"),
        (b"* 1 FETCH (UID 7 BODY[] ~{3}\r\na\x00b)", b"a\x00b"),
        (b"* 1 FETCH (X-ODD {2}\r\nhi UID 7 BODY[] {1}\r\nz)", b"z"),
    ],
)
def test_a_body_may_come_in_every_form_of_a_string(line: bytes, body: bytes) -> None:
    """T21: literals, quoted strings with quoted pairs, literals of other items."""
    items = read(line + b"\r\nA1 OK\r\n")
    assert [(item.uid, item.body) for item in items] == [(7, body)]


def test_nil_says_that_there_is_no_body() -> None:
    """T21: NIL is no empty mail."""
    (item,) = read(b"* 1 FETCH (UID 7 BODY[] NIL)\r\nA1 OK\r\n")
    assert (item.body, item.nil) == (None, True)


def test_sizes_flags_and_dates_are_read() -> None:
    line = b'* 1 FETCH (FLAGS (\\Seen $x) INTERNALDATE "24-Nov-2026 10:00:00 +0100" RFC822.SIZE 12 UID 7)\r\n'
    (item,) = read(b"* 9 EXISTS\r\n* OK [ALERT] x\r\n" + line + b"A1 OK\r\n")
    assert (item.size, item.flags) == (12, b"\\Seen $x")
    assert item.internal_date == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_a_mail_larger_than_asked_for_is_cut_to_its_head_and_the_next_is_whole() -> None:
    """T40: a server that lies about a size fills no memory."""
    giant = b"Subject: x\r\n\r\n" + b"y" * (imap_fetch.HEAD * 3)
    answer = b"* 1 FETCH (UID 1 BODY[] {%d}\r\n%b)\r\n* 2 FETCH (UID 2 BODY[] {1}\r\nz)\r\nA1 OK\r\n" % (
        len(giant),
        giant,
    )
    first, second = read(answer, largest=1000)
    assert first.cut
    assert first.full == len(giant)
    assert first.body == giant[: imap_fetch.HEAD]
    assert second.body == b"z"


@pytest.mark.parametrize("end", [b"A1 NO [SERVERBUG] sorry\r\n", b"A1 BAD what\r\n"])
def test_a_refusal_carries_the_servers_words(end: bytes) -> None:
    with pytest.raises(Refused, match=r"sorry|what"):
        read(end)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"* BYE closing\r\n",
        b"* 1 FETCH (UID 1 BODY[] {9}\r\nhalf",
        b"* 1 FETCH (BODY[] {99999999999999}\r\n",
        b"x" * 2_000_000,
    ],
)
def test_an_answer_that_breaks_off_is_a_lost_connection(answer: bytes) -> None:
    """T21, T23: half a literal, a BYE, a line without an end, a size beyond all mail."""
    with pytest.raises(OSError, match=r"hung up|closing|without an end|bytes"):
        read(answer)
