"""Text that its sender chose for how long it takes to read is read in time that grows with its length."""

import subprocess
import sys
import time

import pytest

from mailroom.mime import addresses, bodies, parse, remote_images, replies

REPORT = b"From: a@b.no\r\nReturn-Path: <>\r\nSubject: Undeliverable: x\r\n"
STANDARD = REPORT + (
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; a\r\n\r\nFinal-Recipient: rfc822; c@d.no\r\n"
)


def test_an_address_of_at_signs_does_not_hold_a_worker_for_ever() -> None:
    """In a process of its own: what hangs in a regular expression cannot be stopped from within."""
    program = "from mailroom.mime import parse; parse.parse(b'From: <' + b'@' * 200 + b'>\\r\\n\\r\\nhi')"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


@pytest.mark.parametrize("text", ["a", "'", "=?", "<@", "@:", "a ", "a@b.no, ", '"', "(", "\\"])
def test_a_long_field_of_addresses_is_read_at_once(text: str) -> None:
    field = text * (300_000 // len(text)) + " x("
    began = time.process_time()
    parse.parse(f"From: {field}\r\nTo: {field}\r\n\r\nhi".encode())
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("<@relay.no,@other.no:anna@firma.no>", "anna@firma.no"),
        ("<@relay.no:anna@firma.no>", "anna@firma.no"),
        ("Anna anna@firma.no", "anna@firma.no"),
        ("team: anna@firma.no;", "anna@firma.no"),
    ],
)
def test_routes_and_groups_are_still_understood(text: str, address: str) -> None:
    assert [item.address for item in addresses.parse(text) if item.address] == [address]


@pytest.mark.parametrize("line", ["\n", " \n", "a", "a@", "message-id: <\n", "failed for \n"])
def test_the_text_of_a_report_is_read_at_once(line: str) -> None:
    body = line * (400_000 // len(line))
    began = time.process_time()
    parse.parse(REPORT + b"X-Failed-Recipients: x\r\n\r\n" + body.encode())
    assert time.process_time() - began < 5


@pytest.mark.parametrize("words", ["recipient ", "maildir ", "user ", "mailbox "])
def test_the_words_of_a_server_are_read_as_far_as_they_can_tell_anything(words: str) -> None:
    began = time.process_time()
    parse.parse(STANDARD + b"Diagnostic-Code: smtp; 550 " + words.encode() * 40_000 + b"\r\n--b--\r\n")
    assert time.process_time() - began < 5


def test_a_report_names_at_most_a_thousand_recipients() -> None:
    blocks = b"".join(b"\r\nFinal-Recipient: rfc822; a%d@b.no\r\nAction: failed\r\n" % number for number in range(5000))
    bounce = parse.parse(STANDARD + blocks + b"--b--\r\n").bounce
    assert bounce is not None
    assert len(bounce.recipients) == 1000


@pytest.mark.parametrize("mark", ["*", " ", "-", "> "])
def test_a_line_of_marks_is_no_quote_that_takes_minutes_to_find(mark: str) -> None:
    began = time.process_time()
    replies.reply_text(mark * 100_000 + "x")
    assert time.process_time() - began < 5


def test_image_tags_that_never_end_are_counted_at_once() -> None:
    began = time.process_time()
    assert remote_images.count("<img " * 80_000).images == 0
    assert not remote_images.any_in("<img " * 400_000)
    assert time.process_time() - began < 3


@pytest.mark.parametrize("reference", ["&", "&lt;", "&a", "&nbsp;"])
def test_references_without_end_are_cleaned_at_once(reference: str) -> None:
    began = time.process_time()
    bodies.sanitise_html(reference * (1_000_000 // len(reference)))
    assert time.process_time() - began < 6
