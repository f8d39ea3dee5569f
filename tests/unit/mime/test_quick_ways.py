"""What nearly every mail looks like is read by a quick way; it says what the careful way says."""

import email.utils
from datetime import UTC

import pytest

from mailroom.mime import addresses, automatic, bounces, headers, parameters, parse, references

HEADS = [
    b"Subject: one\r\nFrom: Kari <kari@fjord.example>\r\nTo: a@b.example,\r\n\tc@d.example\r\n",
    b"Subject: one\nReceived: by x;\n  Mon, 5 Jan\nReceived: by y\nX-Empty:\nX-Tab:\tvalue \n",
    b"content-type: text/plain;\r\n charset=utf-8\r\nContent-Type: text/html\r\n",
    b"A: 1\r\nB:\r\n \r\n two\r\nC: x:y:z",
]
ODD = [
    b" starts with a blank\r\nA: 1",
    b"A: 1\r\nno field at all\r\nB: 2",
    b"A: 1\nB: 2\r\nC: 3",
    b"A: one\rB: two\r\nC: 3",
    b": no name\r\nA: 1",
    b"A : blank before the colon",
    b"A: \xe6\xf8\xe5",
    b"A: nul\x00\r\nB: 2",
    b"",
    b"A: 1\r\n" * (headers.MOST_HEADERS + 1),
    b"A: " + b"x" * headers.LONGEST_HEADER,
]


@pytest.mark.parametrize("block", HEADS)
def test_a_header_that_keeps_the_rules_says_the_same_by_both_ways(block: bytes) -> None:
    quick = headers._plain_head(block.rstrip(b"\r\n"))
    careful = headers._careful(headers._any_fields(block)[0])
    assert quick is not None
    assert (list(quick.headers), dict(quick.fields), quick.kind) == (
        list(careful.headers),
        dict(careful.fields),
        careful.kind,
    )


@pytest.mark.parametrize("block", ODD)
def test_an_odd_header_is_left_to_the_careful_way(block: bytes) -> None:
    assert headers._plain_head(block) is None


def test_parts_that_share_a_remembered_header_do_not_share_their_troubles() -> None:
    first, second = (parse.trees.read(b"Content-Type: multipart/mixed\r\n\r\nbody") for _turn in range(2))
    first.troubles.append("more")
    assert second.troubles == ["boundary-missing"]
    assert first.fields is second.fields


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 05 Jan 2026 08:28:00 +0000",
        "5 Jan 2026 08:28 -0330",
        "Mon, 5 Jan 2026 08:28:00 -0000",
        "Thu, 29 Feb 2024 23:59:59 +1445 (CET)",
        "Fri, 30 Feb 2024 10:00:00 +0100",
        "Mon, 05 Jan 2026 24:00:00 +0100",
        "Mon, 05 Jan 2026 08:28:60 +0100",
    ],
)
def test_a_plain_date_is_the_one_that_the_standard_library_reads(text: str) -> None:
    assert parse.PLAIN_DATE.fullmatch(text)
    try:
        expected = email.utils.parsedate_to_datetime(text)
    except ValueError:
        defects: list[parse.Defect] = []
        assert parse._date(text, defects) is None
        assert [defect.code for defect in defects] == ["date-invalid"]
        return
    expected = expected if expected.tzinfo else expected.replace(tzinfo=UTC)
    found = parse._date(text, [])
    assert found == expected
    assert found is not None
    assert found.isoformat() == expected.isoformat()


@pytest.mark.parametrize("text", ["<a@b>", "<a@b> <c@d>", "<a@b>\t<c@d> <a@b>", "<a@b><c@d>", "a@b", "", "< a@b >"])
def test_message_ids_are_the_same_with_and_without_a_comment_that_slows_them(text: str) -> None:
    assert references.message_ids(text) == references.message_ids(f"{text} (c)")
    assert references.message_id(text) == references.message_id(f"{text} (c)".removesuffix(" (c)"))


@pytest.mark.parametrize(
    "value", ['multipart/mixed; boundary="=_x_1"', "Text/Plain;\tcharset=UTF-8", "image/png; name=a"]
)
def test_one_usual_parameter_is_read_as_it_is_beside_another(value: str) -> None:
    kind, found = parameters.read(value)
    longer_kind, longer = parameters.read(f"{value}; other=1")
    assert parameters.USUAL.fullmatch(value)
    assert kind == longer_kind
    assert found == {name: text for name, text in longer.items() if name != "other"}


@pytest.mark.parametrize(
    "name",
    "mailer-daemon mailerdaemon postmaster post_master mail.deliver maildelivery delivery-subsystem delivery_system "
    "mail-system mailsystem mdaemon system_administrator mail_service antivirus smtp_gateway noreply@bounce "
    "poostmaster".split(),
)
def test_every_name_of_a_mail_system_holds_one_of_the_signs(name: str) -> None:
    sender = name.replace("system_administrator", "system administrator")
    assert bounces.MACHINE.search(sender)
    assert bounces.from_machine(sender)


def test_a_mail_with_no_field_of_a_program_is_a_persons() -> None:
    assert automatic._by_fields({"subject": "Lunch?", "in-reply-to": "<a@b>"}, "kari@fjord.example").kind == "none"
    assert automatic._by_fields({"subject": "Out of office: Kari"}, "kari@fjord.example").kind == "out-of-office"
    assert automatic._by_fields({"subject": "Hello"}, "no-reply@fjord.example").kind == "bulk"


def test_a_remembered_list_of_addresses_is_the_one_read_anew() -> None:
    text = '"Nordmann, Kari" <kari@fjord.example>, ola@fjord.example'
    assert addresses.parse(text) == addresses.parse(text) == addresses._plain(text)
