"""What stands above quoted mail is understood again by our own reply parser, in every language we write."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.mime import attributions, quoting, subject, thread_index

MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1))
WHO = "Ingrid Solheim <ingrid@fjellbekk.example.net>"


@given(tag=st.sampled_from(sorted(quoting.LANGUAGES)), moment=MOMENTS)
def test_an_attribution_is_recognised_as_one(tag: str, moment: datetime) -> None:
    assert attributions.is_attribution(quoting.attribution(tag, moment, WHO))


@pytest.mark.parametrize("tag", sorted(quoting.LANGUAGES))
def test_a_forwarded_block_is_recognised_as_one(tag: str) -> None:
    block = quoting.forwarded(tag, datetime(2026, 11, 24, 9, 0), WHO, "Crates", "sales@mailroom.test").split("\n")
    assert attributions.DIVIDER.match(block[0])


def test_the_language_is_the_first_that_we_have_words_for() -> None:
    assert quoting.language("xx", "no-NO", "de") == "nb"
    assert quoting.language("pt-BR") == "en"
    assert (
        quoting.attribution("nb", datetime(2026, 11, 24, 9, 5), WHO) == f"Den 24. november 2026 kl. 09:05 skrev {WHO}:"
    )


@given(
    st.lists(st.sampled_from(["Re: ", "SV: ", "AW:", "VS: ", "Antw: ", "Odp: ", "RE[2]: ", "Fwd: ", "VB: ", "WG: "]))
)
def test_prefixes_of_any_language_stand_once(prefixes: list[str]) -> None:
    assert subject.reply_subject("".join(prefixes) + "Price of crates") == "Re: Price of crates"
    assert subject.forward_subject("".join(prefixes) + "Price of crates") == "Fwd: Price of crates"


@given(st.text())
def test_a_reply_to_a_reply_keeps_its_subject(text: str) -> None:
    once = subject.reply_subject(text)
    assert subject.reply_subject(once) == once


def test_a_thread_index_is_kept_and_one_step_longer() -> None:
    """T17: Thread-Index is kept and extended; what is none is left out."""
    began = base64.b64encode(bytes([1, 0xDD, 0x5E, 0, 0, 0]) + bytes(range(16))).decode()
    first = thread_index.extended(began, datetime(2026, 11, 24, tzinfo=UTC))
    second = thread_index.extended(first, datetime(2026, 11, 25, tzinfo=UTC))
    assert base64.b64decode(second)[:22] == base64.b64decode(began)
    assert [len(base64.b64decode(mark)) for mark in (began, first, second)] == [22, 27, 32]
    assert thread_index.extended("not one", datetime(2026, 11, 24, tzinfo=UTC)) == ""
