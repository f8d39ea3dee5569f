"""Text comes out right whatever a mail says of its charset."""

import pytest

from mailroom.mime import parse

WESTERN = "Blåbær og ærlig talt – “sitat” € 40"
LABELS = [
    ("utf-8", "utf-8", WESTERN),
    ("", "utf-8", WESTERN),
    ("us-ascii", "utf-8", WESTERN),
    ("us-ascii", "cp1252", WESTERN),
    ("iso-8859-1", "cp1252", WESTERN),
    ("iso-8859-1", "utf-8", WESTERN),
    ("utf-8", "cp1252", WESTERN),
    ("unknown-8bit", "cp1252", WESTERN),
    ("x-unknown", "utf-8", WESTERN),
    ("no-such-charset", "utf-8", WESTERN),
    ("gb2312", "gbk", "镕基 你好 世界"),
    ("ks_c_5601-1987", "cp949", "안녕하세요"),
    ("shift_jis", "cp932", "こんにちは①"),
    ("iso-8859-8-i", "iso-8859-8", "שלום"),
    ("koi8-r", "koi8-r", "Привет мир"),
]


@pytest.mark.parametrize(("label", "codec", "text"), LABELS)
def test_a_body_reads_right_whatever_its_label_says(label: str, codec: str, text: str) -> None:
    """The label, a superset that is meant, what the bytes are: in this order."""
    kind = f"Content-Type: text/plain; charset={label}\r\n" if label else ""
    head = f"From: a@x.example\r\nMIME-Version: 1.0\r\n{kind}Content-Transfer-Encoding: 8bit\r\n\r\n"
    assert parse.parse(head.encode() + text.encode(codec)).text.strip() == text


def test_a_broken_character_in_utf_8_spoils_only_itself() -> None:
    """Where the rest is UTF-8, the label is right."""
    head = b"From: a@x.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    text = parse.parse(head + "Blåbær".encode() + b"\xff" + "ærlig".encode()).text
    assert text.strip() == "Blåbær\ufffdærlig"
