"""Mail that means harm, or is broken: taken in, shown as text, never run, never an error."""
# ruff: noqa: E501 - mail is read best on the lines it has

import base64
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailroom.mime import bodies, message, parse, parts

PIECES = [
    b"From: a@example.org\r\n",
    b"Subject: =?utf-8?B?w6bDuA==?= =?x?q?=ZZ?=\r\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Content-Type: text/plain; charset=nonsense\r\n",
    b"Content-Type: message/rfc822\r\n",
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n",
    b"Content-Type: message/delivery-status\r\n",
    b"Content-Type: text/calendar\r\n",
    b"Content-Type: application/ms-tnef\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Disposition: attachment; filename*0*=utf-8''%ZZ; filename*1=x\r\n",
    b"References: <a@b> <<> <c@d\r\n",
    b'To: "x" <a@b>, g: c@d;, (e) <f\r\n',
    b"Date: 99 Foo\r\n",
    b"\r\n",
    b"--b\r\n",
    b"--b--\r\n",
    b"> quoted\r\n",
    b"\xff\xfe\x00",
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_give_an_object(raw: bytes) -> None:
    """T19, T20: no bytes raise, and the answer is JSON that can be written."""
    json.dumps(parse.parse(raw).to_json()).encode()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=40), max_size=30).map(b"".join))
def test_any_mixture_of_mail_pieces_gives_an_object(raw: bytes) -> None:
    """T19, T20: broken structure of every kind is read."""
    found = parse.parse(raw)
    json.dumps(found.to_json()).encode()
    assert found.part_count >= 1


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\nThe words.\r\n",
        b"Subject: x\r\nContent-Type: multipart/mixed\r\n\r\nThe words.\r\n",
        b"Subject: x\r\nContent-Type: text/plain; charset=no-such\r\n\r\nThe words.\r\n",
        b"Subject: x\r\nContent-Type: nonsense\r\n\r\nThe words.\r\n",
        b"Subject: x\r\nContent-Type: text/html\r\n\r\n<p>The words.",
        b"\r\n\r\nSubject: x\r\n\r\nThe words.\r\n",
        b"From someone Mon Jan 1\r\nSubject: x\r\n\r\nThe words.\r\n",
        b"Subject: x\rFrom: a@b\r\rThe words.\r",
    ],
)
def test_the_body_is_never_empty_when_the_source_has_text(raw: bytes) -> None:
    """T19: however the structure is broken, the words are there."""
    assert "The words." in parse.parse(raw).text


def test_no_encoded_word_is_left_in_what_people_see() -> None:
    """T19: words cut in the middle of a character, folded inside, and glued together are all decoded."""
    raw = (
        b"Subject: =?utf-8?B?w6Y=?= =?utf-8?B?w7g=?=glued =?iso-8859-1?Q?=E5_?=\r\n =?utf-8?Q?=C3?=\r\n =?utf-8?Q?=A5?=\r\n"
        b"From: =?utf-8?Q?=22Hansen=2C_K=C3=A5re=22?= <k@example.org>\r\n\r\nx"
    )
    found = parse.parse(raw)
    assert found.subject == "æøglued å å"
    assert found.from_[0].address == "k@example.org"
    assert "=?" not in found.from_[0].name


def test_bytes_reach_the_parser_undecoded() -> None:
    """T19: an eight-bit attachment comes out byte for byte."""
    content = bytes(range(1, 256))
    head = b'Subject: x\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: application/octet-stream; name=x\r\n'
    raw = head + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(content) + b"\r\n--b--\r\n"
    assert parse.parse(raw).attachments[0].content == content


@pytest.mark.parametrize("megabytes", [1, 10])
def test_cleaning_time_grows_with_size_and_not_faster(megabytes: int) -> None:
    """T22: ten megabytes of HTML with five thousand links are cleaned in seconds, and their text is there."""
    paragraph = "<p>Words and <a href='https://example.org/x'>a link</a>.</p>"
    html = paragraph * (megabytes * 1_000_000 // len(paragraph))
    start = time.process_time()
    assert "a link" in bodies.sanitise_html(html)[:1000]
    assert time.process_time() - start < 3 * megabytes + 2


def test_deep_nesting_leaves_the_text_readable() -> None:
    """T22: twenty thousand elements inside each other neither hang nor lose the words."""
    html = "<div>" * 20_000 + "The words." + "</div>" * 20_000
    assert "The words." in bodies.text_from_html(html) or "The words." in bodies.sanitise_html(html)


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<iframe src='https://example.org'></iframe>",
        "<form action='https://example.org'><input name=password></form>",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
        "<div style='position:fixed;top:0;background:url(javascript:alert(1))'>x</div>",
        "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
        "<meta http-equiv=refresh content='0;url=https://example.org'>",
        "<base href='https://example.org/'>",
    ],
)
def test_nothing_in_a_body_runs(html: str) -> None:
    """T34: scripts, handlers, forms, frames, overlays and refreshes are gone."""
    cleaned = bodies.sanitise_html(html).lower()
    for sign in (
        "<script",
        "onerror",
        "onload",
        "javascript:",
        "<iframe",
        "<form",
        "<input",
        "position",
        "<meta",
        "<base",
    ):
        assert sign not in cleaned
    assert 'href="data:' not in cleaned


def test_a_file_name_is_a_name_and_no_path() -> None:
    """T34: path, line ends and control characters are taken off a file's name."""
    raw = (
        b'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="../../etc/\x07pass\twd"\r\n\r\nx'
    )
    assert parse.parse(raw).attachments[0].name == "passwd"


def test_every_part_is_counted() -> None:
    """T35: the count of parts is that of the structure, files and containers both."""
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: application/pdf\r\n\r\nx"
        b"\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner\r\n--b--\r\n"
    )
    found = parse.parse(raw)
    assert found.part_count == 5
    assert [file.type for file in found.attachments] == ["application/pdf", "message/rfc822"]


def test_a_hundred_levels_are_read_to_a_limit() -> None:
    """T19: nesting without end becomes a defect and not an error."""
    raw = (
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(100))
        + b"\r\nx"
    )
    found = parse.parse(raw)
    assert (
        message.Defect("too-deep", "The message nests deeper than sixty parts; the rest is left as it is.")
        in found.defects
    )


@pytest.mark.parametrize("line", ["a line of a log", "en linje på norsk, æøå"])
def test_a_body_longer_than_anybody_reads_is_cut_at_a_line_end(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """T06: memory stays flat; the charset is still the one it is written in."""
    monkeypatch.setattr(parts, "LONGEST_BODY", 1001)
    raw = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + f"{line}\r\n".encode() * 200
    read = parse.parse(raw)
    assert 1 < len(read.text.splitlines()) < 200
    assert set(read.text.splitlines()) == {line}
    codes = [defect.code for defect in read.defects]
    assert "body-cut" in codes
    assert "charset-mislabelled" not in codes


@pytest.mark.parametrize(
    "attribute",
    ["data-hx-post=/logout/", "data-hx-trigger=load", "data-key=s", "data-undo", "id=dialog", "class=toast"],
)
def test_a_body_carries_nothing_that_scripts_and_styles_of_pages_act_on(attribute: str) -> None:
    """A draft with a quoted mail is edited inside a page of ours."""
    name = attribute.partition("=")[0]
    assert name not in bodies.sanitise_html(f"<p {attribute}>x</p><div data-quoted=1 {attribute}>y</div>")
