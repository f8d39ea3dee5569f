"""Columns are moved by dragging their heads and stay so for the person; Shift adds a column to the order of rows."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mailroom.records.organisation.models import PersonSetting, User
from tests.factories import emails

pytestmark = pytest.mark.django_db(transaction=True)
Opener = Callable[..., Page]
HEADS = "[...document.querySelectorAll('#list thead th[data-column]')].map((one) => one.dataset.column)"
LETTERS = (("Crates", "ingrid"), ("Crates", "ola"), ("Apples", "ola"), ("Apples", "ingrid"))


@pytest.fixture
def grid(anna: User) -> None:
    """All emails as a full grid with four rows."""
    PersonSetting.objects.create(user=anna, name="view.CO409070", value="full")
    for subject, sender in LETTERS:
        emails.make(subject, sender=(sender.title(), f"{sender}@example.net"))


def order(page: Page) -> list[str]:
    """The columns from left to right."""
    found: list[str] = page.evaluate(HEADS)
    return found


def rows(page: Page) -> list[tuple[str, str]]:
    """Subject and sender of the rows from above."""
    found = page.locator("#list tr[data-row]").all()
    return [
        (row.locator("td.c-subject").inner_text().strip(), row.locator("td.c-from").inner_text().strip().lower())
        for row in found
    ]


@pytest.mark.usefixtures("grid")
def test_a_column_is_dragged_to_another_place_and_stays_there_for_the_person(at: Opener, agent: User) -> None:
    page = at("/co409070/")
    before = order(page)
    assert before.index("subject") < before.index("date")
    date = page.locator("#list thead th[data-column=date]")
    with page.expect_response(lambda answer: answer.url.endswith("/columns/")):
        date.drag_to(page.locator("#list thead th[data-column=subject]"), target_position={"x": 4, "y": 8})
    expect(page.locator("#list thead th[data-column]").first).to_have_attribute("data-column", "date")
    wanted = ["date", *(one for one in before if one != "date")]
    assert order(page) == wanted
    page.reload()
    page.locator("html[data-ready]").wait_for()
    assert order(page) == wanted
    assert order(at("/co409070/", agent)) == before, "another person keeps his own"


@pytest.mark.usefixtures("grid")
def test_a_column_dropped_on_the_right_half_of_another_stands_behind_it(at: Opener) -> None:
    page = at("/co409070/")
    before = order(page)
    target = page.locator("#list thead th[data-column=from]")
    box = target.bounding_box()
    assert box is not None
    with page.expect_response(lambda answer: answer.url.endswith("/columns/")):
        page.locator("#list thead th[data-column=subject]").drag_to(
            target, target_position={"x": box["width"] - 6, "y": 8}
        )
    expect(page.locator("#list thead th[data-column]").first).to_have_attribute("data-column", "from")
    assert order(page)[:2] == ["from", "subject"]
    assert sorted(order(page)) == sorted(before)


@pytest.mark.usefixtures("grid")
def test_with_shift_the_rows_are_sorted_by_several_columns_by_mouse_and_by_key(at: Opener) -> None:
    page = at("/co409070/")
    subject = page.locator("#list thead th[data-column=subject]")
    sender = page.locator("#list thead th[data-column=from]")
    subject.locator("a.sort").click()
    expect(subject).to_have_attribute("aria-sort", "ascending")
    sender.locator("a.sort").click(modifiers=["Shift"])
    expect(sender).to_have_attribute("aria-sort", "ascending")
    expect(subject.locator(".sort__n")).to_contain_text("1")
    expect(sender.locator(".sort__n")).to_contain_text("2")
    assert rows(page) == sorted((subject, sender) for subject, sender in LETTERS)
    sender.locator("a.sort").focus()
    page.keyboard.press("Shift+Enter")
    expect(sender).to_have_attribute("aria-sort", "descending")
    assert rows(page) == [("Apples", "ola"), ("Apples", "ingrid"), ("Crates", "ola"), ("Crates", "ingrid")]
    sender.locator("a.sort").click()
    expect(subject).not_to_have_attribute("aria-sort", "ascending")
    expect(page.locator("#list .sort__n")).to_have_count(0)
