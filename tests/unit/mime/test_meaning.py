"""What a message means: replies, subjects, addresses, threads, bounces, winmail.dat."""
# ruff: noqa: E501, RUF001 - mail is read best on the lines it has

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.mime import addresses, parse, references, replies
from mailroom.mime import subject as subjects

QUOTE = "\n> Det gamle.\n> Mer av det.\n"
ATTRIBUTIONS = [
    "man. 23. nov. 2026 kl. 09:00 skrev Kari Åsen <kari@example.org>:",
    "Den 23. november 2026 kl. 09.00 skrev Kari <kari@example.org>:",
    "Den mån 23 nov. 2026 kl 09:00 skrev Kari <kari@example.org>:",
    "On Mon, Nov 23, 2026 at 9:00 AM Kari <kari@example.org> wrote:",
    "On Mon, Nov 23, 2026 at 9:00 AM Kari Long Name Indeed\n<kari@example.org> wrote:",
    "Am 23.11.2026 um 09:00 schrieb Kari:",
    "Kari <kari@example.org> schrieb am Mo., 23. Nov. 2026 um 09:00 Uhr:",
    "Le lun. 23 nov. 2026 à 09:00, Kari <kari@example.org> a écrit :",
    "El lun, 23 nov 2026 a las 9:00, Kari (<kari@example.org>) escribió:",
    "Il giorno lun 23 nov 2026 alle ore 09:00 Kari <kari@example.org> ha scritto:",
    "Op ma 23 nov. 2026 om 09:00 schreef Kari <kari@example.org>:",
    "pon., 23 lis 2026 o 09:00 Kari <kari@example.org> napisał(a):",
    "ma 23. marrask. 2026 klo 9.00 Kari (kari@example.org) kirjoitti:",
    "-----Original Message-----\nFrom: Kari\nSent: Monday\nTo: Ola\nSubject: x\n",
    "________________________________\nFra: Kari <kari@example.org>\nSendt: mandag 23. november 2026 09:00\nTil: Ola\nEmne: x\n",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_what_the_sender_wrote_ends_where_the_quote_begins(attribution: str) -> None:
    """The line before the quote is known in each language."""
    assert (
        replies.reply_text(f"Hei, takk for svar.\n\nVi ses.\n\n{attribution}\n{QUOTE}")
        == "Hei, takk for svar.\n\nVi ses."
    )


@pytest.mark.parametrize(
    "text",
    [
        "Vi møtes på mandag: ta med pennen.",
        "Han skrev til meg i går. Det var fint.",
        "Pris: 200\nAntall: 4\nTotalt: 800",
        "",
    ],
)
def test_words_of_the_sender_are_kept(text: str) -> None:
    """Ordinary sentences are no attribution."""
    assert replies.reply_text(text) == text


def test_answers_between_the_quotes_are_all_kept() -> None:
    """An inline answer is what the sender wrote."""
    text = "On Mon, Nov 23, 2026 at 9:00 AM Kari <k@example.org> wrote:\n> One?\n\nYes.\n\n> Two?\n\nNo.\n"
    assert replies.reply_text(text).split() == ["Yes.", "No."]


@pytest.mark.parametrize(
    "text",
    ["Re: Hei", "SV: Hei", "VS: Hei", "AW: Re: Hei", "Re[2]: Hei", "RE: SV: Antw: Hei", "Odp: Hei", "回复：Hei", "Hei"],
)
def test_a_reply_prefix_stands_once(text: str) -> None:
    """Marks of other languages are taken off before ours is put on."""
    assert subjects.reply_subject(text) == "Re: Hei"


@given(st.text(max_size=100))
def test_a_subject_answered_twice_is_the_same(text: str) -> None:
    """Prefixes never pile up."""
    once = subjects.reply_subject(text)
    assert subjects.reply_subject(once) == once


@given(st.text(max_size=200))
def test_any_text_is_an_address_list(text: str) -> None:
    """Nothing in an address field raises, and a line end never gets through."""
    for item in addresses.parse(text):
        assert "\n" not in item.address
        assert "\r" not in item.address


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"a@bank.example" <x@evil.example>', ["x@evil.example"]),
        ("a@b.com(<x@y>)", ["a@b.com"]),
        ('"Hansen, Kari" <k@example.org>, ola@example.org', ["k@example.org", "ola@example.org"]),
        ("Team: a@example.org, b@example.org;, c@example.org", ["a@example.org", "b@example.org", "c@example.org"]),
        ("undisclosed-recipients:;", []),
        ("=?utf-8?Q?x=40bank.example=2C?= <k@example.org>", ["k@example.org"]),
    ],
)
def test_a_display_name_never_poses_as_an_address(text: str, found: list[str]) -> None:
    """The address is what stands where an address stands."""
    assert [item.address for item in addresses.parse(text)] == found


def test_threads_survive_loops_and_missing_roots() -> None:
    """Two mails that each answer the other, and two that answer one never seen, are two threads."""
    links = {"a": ["1", "2"], "b": ["2", "1"], "c": ["3", "gone"], "d": ["4", "gone"], "e": ["5"]}
    found = references.group(links)
    assert found["a"] == found["b"]
    assert found["c"] == found["d"]
    assert len(set(found.values())) == 3


def test_a_delivery_report_names_whom_why_and_what() -> None:
    """RFC 3464: recipient, status, cause, for good, and the mail that came back."""
    raw = (
        b"From: MAILER-DAEMON@mx.example.org\r\nSubject: Undelivered\r\nContent-Type: multipart/report;\r\n"
        b" report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; gone@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        b"Diagnostic-Code: smtp; 550 5.1.1 User unknown\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        b"Message-ID: <first@example.org>\r\n\r\nx\r\n--b--\r\n"
    )
    found = parse.parse(raw)
    assert found.automatic.kind == "bounce"
    assert found.bounce is not None
    assert found.bounce.original_message_id == "first@example.org"
    row = found.bounce.recipients[0]
    assert (row.recipient, row.action, row.status) == ("gone@example.com", "failed", "5.1.1")
    assert (row.reason, row.permanent) == ("userunknown", True)


def test_only_a_trusted_host_vouches() -> None:
    """RFC 8601 §5: a verdict that the sender wrote into the mail counts for nothing."""
    raw = b"Authentication-Results: evil.example; spf=pass\r\nAuthentication-Results: mx.example.org; spf=fail\r\n\r\nx"
    assert parse.parse(raw, trusted_hosts=["mx.example.org"]).authentication == {"spf": "fail"}
    assert parse.parse(raw).authentication == {}
