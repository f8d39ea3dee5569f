"""Names of files that deceive are found out and shown without their tricks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.mime import file_names
from mailroom.mime.file_names import Lie


@pytest.mark.parametrize(
    ("name", "shown", "lie"),
    [
        ("report.pdf", "report.pdf", Lie.NONE),
        ("report.tar.gz", "report.tar.gz", Lie.NONE),
        ("invoice\u202efdp.exe", "invoicefdp.exe", Lie.TURNED),
        ("report.pdf.exe", "report.pdf.exe", Lie.DOUBLE),
        ("report.pdf            .scr", "report.pdf .scr", Lie.DOUBLE),
        ("setup.msi", "setup.msi", Lie.PROGRAM),
        ("page.html", "page.html", Lie.PROGRAM),
        ("../../etc/passwd", "_.._etc_passwd", Lie.NONE),
        ("", "file", Lie.NONE),
        ("\x00\r\n", "file", Lie.NONE),
    ],
)
def test_a_name_is_shown_safely_and_its_lie_is_told(name: str, shown: str, lie: Lie) -> None:
    assert file_names.shown(name) == shown
    assert file_names.lie_of(name) == lie


@given(st.text(max_size=400))
def test_no_name_holds_folders_line_ends_or_turns_of_direction(name: str) -> None:
    shown = file_names.shown(name)
    assert shown
    assert not set(shown) & set("/\\\r\n\x00\u202e\u2066")
    assert len(shown) <= file_names.LONGEST + 2
