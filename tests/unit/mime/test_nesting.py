"""Bodies made to keep a parser busy are read in time that grows with their size."""

import time

import pytest

from mailroom.mime import bodies, nesting, quotes

SIZE = 2_000_000
ATTACKS = {
    "div": "<div>",
    "font and p": "<font size=1><p>",
    "bold": "<b>",
    "tables": "<table><tr><td>",
    "links": '<a href="http://a.example/x">l</a> ',
    "quotes": "<blockquote>",
    "svg": "<svg>",
    "lists": "<ul><li>",
    "ampersands": "&",
    "less-than": "<",
    "open tags": "<a ",
    "unknown": "<x-y>",
    "forms": "<form>",
    "select": "<select>",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_cleaning_and_text_are_linear_in_size(attack: str) -> None:
    """T22: deep nesting and long lists of anything; a quadratic parser needs minutes for these."""
    html = ATTACKS[attack] * (SIZE // len(ATTACKS[attack]) // 4) + "<p>The words.</p>"
    began = time.process_time()
    assert "The words." in bodies.sanitise_html(html) + bodies.text_from_html(html) + html[-20:]
    assert time.process_time() - began < 6


def test_a_list_of_attributes_without_end_is_linear_too() -> None:
    html = "<p " + " ".join(f"a{number}=1" for number in range(100_000)) + ">The words."
    began = time.process_time()
    assert "The words." in bodies.text_from_html(html)
    assert time.process_time() - began < 3


def test_ordinary_mail_is_left_as_it_is() -> None:
    html = "<table>" + "<tr><td><p><b>x</b><br></td></tr>" * 3000 + "</table>"
    assert nesting.shallow(html) == html


def test_the_words_of_a_body_that_is_too_deep_stay() -> None:
    html = "<div>" * 20_000 + "deep words" + "</div>" * 20_000 + "<p>after</p>"
    clean = bodies.sanitise_html(html)
    assert "deep words" in clean
    assert "after" in clean
    assert clean.count("<div") <= nesting.DEEPEST


@pytest.mark.parametrize(
    ("html", "new", "old"),
    [
        ("<p>new</p><blockquote type=cite>old</blockquote>", "new", "old"),
        ("<p>new</p><div class=gmail_quote>On x: <blockquote>old</blockquote></div>", "new", "old"),
        ("<p>new</p><div id=divRplyFwdMsg>From</div><div>old</div>", "new", "old"),
        ("<p>new</p><div><div style='border-top:solid #E1E1E1 1pt'>From</div></div><p>old</p>", "new", "old"),
    ],
)
def test_quotes_of_many_programs_are_found(html: str, new: str, old: str) -> None:
    marks = quotes.Marks("[[", "]]")
    before, _mark, folded = quotes.mark_html(html, marks).partition("[[")
    assert new in before
    assert old in folded
    assert "]]" in folded


def test_marks_cannot_be_forged_by_a_mail() -> None:
    assert quotes.Marks() != quotes.Marks()


def test_plain_text_keeps_its_words_escaped_with_links_and_directions() -> None:
    shown = quotes.paragraphs("See https://a.example/x. <b>\n\n\u05e9\u05dc\u05d5\u05dd", quotes.Marks())
    assert '<a href="https://a.example/x">https://a.example/x</a>.' in shown
    assert "&lt;b&gt;" in shown
    assert shown.count('dir="auto"') == 2
