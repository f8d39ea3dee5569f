"""Marks on what was searched for."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.records.emails.search import highlight, query

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def marked(text: str, asked: str) -> str:
    wanted = highlight.pattern(query.read(asked, NOW, UTC))
    assert wanted is not None
    return "".join(f"[{piece}]" if hit else piece for piece, hit in highlight.marked(text, wanted))


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        ("soknad", "Ny SØKNAD her", "Ny [SØKNAD] her"),
        ("aerlig", "Ærlig talt", "[Ærlig] talt"),
        ("strasse", "Lange Straße 4", "Lange [Straße] 4"),
        ("cafe", "un cafe\u0301 noir", "un [cafe\u0301] noir"),
        ("inv*", "Invoices and inv", "[Invoices] and [inv]"),
        ("inv", "Invoices and inv", "Invoices and [inv]"),
        ('"due date"', "the due  date, due", "the [due  date], due"),
        ("steel -late", "late steel", "late [steel]"),
    ],
)
def test_words_are_marked_as_they_were_written(asked: str, text: str, expected: str) -> None:
    assert marked(text, asked) == expected


def test_conditions_and_addresses_mark_nothing() -> None:
    assert highlight.pattern(query.read("from:kari status:failed -x", NOW, UTC)) is None


@given(text=st.text(max_size=80), asked=st.text(max_size=20))
def test_marking_never_changes_the_text(text: str, asked: str) -> None:
    wanted = highlight.pattern(query.read(asked, NOW, UTC))
    if wanted is not None:
        assert "".join(piece for piece, _hit in highlight.marked(text, wanted)) == text
        highlight.snippet(text, wanted)


def test_a_snippet_is_short_and_begins_at_a_word() -> None:
    wanted = highlight.pattern(query.read("steel", NOW, UTC))
    assert wanted is not None
    found = "".join(
        text for text, _hit in highlight.snippet("many words " * 30 + "steel " + "more words " * 30, wanted)
    )
    assert found.startswith("…")
    assert len(found) < 150
    assert " steel " in found
