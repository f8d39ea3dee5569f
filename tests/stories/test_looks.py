"""What only pictures show: columns without width, cells drawn over each other, labels cut in the other language."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from mailroom.records.assignment.models import AssignmentMap
from mailroom.records.crm.models import BusinessAccount, Case, Contact
from mailroom.records.organisation.models import PersonSetting, User
from tests.factories import emails

pytestmark = pytest.mark.django_db(transaction=True)
Opener = Callable[..., Page]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
WIDTHS = """() => Object.fromEntries([...document.querySelectorAll('#list thead th[data-column]')]
  .map((one) => [one.dataset.column, one.getBoundingClientRect().width]))"""
BOXES = """() => [...document.querySelectorAll('#list tr[data-row] > td')]
  .map((one) => [one.innerText.trim(), one.getBoundingClientRect()])
  .filter(([words, box]) => words && box.width)
  .map(([words, box]) => [words, box.left, box.top, box.right, box.bottom])"""
RIGHTMOST = """() => Math.max(...[...document.querySelectorAll('.body *')]
  .filter((one) => !one.closest('.segmented, .tabs') && one.offsetParent)
  .map((one) => one.getBoundingClientRect().right))"""
CUT = """(selector) => [...document.querySelectorAll(selector)]
  .filter((one) => one.offsetParent && one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.innerText)"""


def over_each_other(page: Page) -> list[tuple[str, str]]:
    """Pairs of cells of the first list whose boxes cover each other."""
    boxes = page.evaluate(BOXES)
    return [
        (one[0], other[0])
        for number, one in enumerate(boxes)
        for other in boxes[:number]
        if min(one[3], other[3]) - max(one[1], other[1]) > 1 and min(one[4], other[4]) - max(one[2], other[2]) > 1
    ]


def test_every_column_of_a_full_grid_has_room_and_the_subject_stays_while_the_rest_scrolls(
    at: Opener, anna: User
) -> None:
    PersonSetting.objects.create(user=anna, name="view.CO409000", value="full")
    emails.make("Order 7", sender=("Ingrid", "ingrid@example.net"))
    page = at("/co409000/", viewport=DESK)
    widths = page.evaluate(WIDTHS)
    assert widths["subject"] >= 200
    assert not {name: width for name, width in widths.items() if width < 60}
    subject = page.locator("#list td.c-subject").first
    before = subject.bounding_box()
    page.locator("#list .datagrid").evaluate("(one) => one.scrollTo(400, 0)")
    assert subject.bounding_box() == before


@pytest.fixture
def records(db: None) -> None:
    """A contact and an assignment map: rows with and without something above their name."""
    company = BusinessAccount.objects.create(account_id="10388", name="Fjellbekk Møbler AS")
    Contact.objects.create(
        name="Ingrid Solheim", position="Regnskapssjef", email="ingrid@example.net", business_account=company
    )
    AssignmentMap.objects.create(map_id="SUPPORT", description="Mail to Support")


@pytest.mark.parametrize("path", ["/cr302000/", "/ep205000/"])
@pytest.mark.usefixtures("records")
def test_no_cell_of_a_folded_row_is_drawn_over_another(at: Opener, path: str) -> None:
    assert over_each_other(at(path, viewport=PHONE)) == []


@pytest.mark.usefixtures("records")
def test_a_folded_contact_begins_with_the_name_and_shows_the_address(at: Opener) -> None:
    page = at("/cr302000/", viewport=PHONE)
    shown = [words for words, *_box in sorted(page.evaluate(BOXES), key=lambda one: float(one[2]))]
    assert shown[:2] == ["Ingrid Solheim", "ingrid@example.net"]


def test_in_norwegian_no_label_is_cut_and_no_page_is_wider_than_the_phone(at: Opener, anna: User) -> None:
    User.objects.filter(pk=anna.pk).update(language="nb")
    case = Case.objects.create(case_id="C-000001", subject="Reminder fee", created_at=emails.NOON)
    page = at("/sm204001/", viewport=DESK)
    assert page.evaluate(CUT, ".nav__item > span, .rail__item, .field__label, .tab") == []
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(page.url.replace("/sm204001/", f"/cr306000/{case.case_id}/"))
    page.locator("html[data-ready]").wait_for()
    assert page.evaluate("document.querySelector('main').scrollWidth") <= PHONE["width"]
    assert page.evaluate(RIGHTMOST) <= PHONE["width"]


def test_the_first_command_of_a_list_stands_on_the_edge_of_the_page(at: Opener) -> None:
    page = at("/cr302000/", viewport=PHONE)
    edge = page.locator(".search").first.bounding_box()
    first = page.locator(".toolbar .btn .icon").first.bounding_box()
    assert edge
    assert first
    assert abs(first["x"] - edge["x"]) < 3


def test_the_editor_speaks_the_persons_language(at: Opener, anna: User) -> None:
    User.objects.filter(pk=anna.pk).update(language="nb")
    page = at("/cr306015/new/", viewport=DESK)
    page.locator(".jodit-toolbar-button_bold").wait_for()
    titles = page.evaluate("[...document.querySelectorAll('.jodit-toolbar__box [title]')].map((one) => one.title)")
    assert "Fet" in titles
    assert not {"Bold", "Undo", "Insert link", "Change mode"} & set(titles)


def test_the_open_tab_of_a_row_that_is_wider_than_a_phone_is_seen_and_large_numbers_are_whole(at: Opener) -> None:
    emails.some_account("SALES")
    page = at("/sm204002/SALES/", viewport=PHONE)
    page.get_by_role("tab", name="Content").click()
    assert page.locator("[name=largest_email_bytes]").evaluate("(one) => one.scrollWidth <= one.clientWidth")
    page.reload()
    page.locator("html[data-ready]").wait_for()
    box = page.get_by_role("tab", name="Content").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
