"""Zoom, less motion, high contrast, dialogs: nothing is lost or moves, what is current can be told, focus stays."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from tests.factories import emails
from tests.servers.chromium import axe
from tests.stories import steps

pytestmark = pytest.mark.django_db(transaction=True)
Opener = Callable[..., Page]
WINDOWS = ("/", "/co409000/", "/sm507000/", "/sm507010/", "/sm204001/", "/sm204002/", "/sm204003/", "/cr306015/new/")
ZOOMED = {"width": 720, "height": 450}  # 1440 x 900 at 200 %
DIALOG = "document.querySelector('dialog[open]')"
INSIDE = f"!{DIALOG} || {DIALOG}.contains(document.activeElement)"
CUT = """() => [...document.querySelectorAll('main button, main a, main label, main input, main h1')].filter((one) => {
  const box = one.getBoundingClientRect();
  const scrolls = '[hidden], .toolbar, .tabs, .datagrid, .jodit-container, .sr, .skip, .chart-box';
  if (!box.width || one.closest(scrolls)) return false;
  return box.left < -1 || box.right > innerWidth + 1;
}).map((one) => one.outerHTML.slice(0, 120))"""
MOVING = """() => document.getAnimations().filter((one) => one.playState === 'running'
  && one.effect.getComputedTiming().duration > 1).map((one) => one.animationName ?? one.transitionProperty)"""


@pytest.fixture
def email(sales: EmailAccount) -> Email:
    """One email in Incoming."""
    made: Email = emails.make("Order 7", "Where is it?", sender=("Ingrid", "ingrid@example.net"), account=sales)
    return made


def test_at_200_per_cent_nothing_is_cut_off(at: Opener, email: Email) -> None:
    page = at("/", viewport=ZOOMED)
    lost = {}
    for path in WINDOWS:
        steps.go(page, path)
        wide = page.evaluate("document.documentElement.scrollWidth") - ZOOMED["width"]
        lost[path] = [*page.evaluate(CUT), *([f"{wide} px too wide"] if wide > 0 else [])]
    assert not {path: found for path, found in lost.items() if found}


def test_who_asks_for_less_motion_sees_nothing_move(at: Opener, email: Email) -> None:
    page = at("/co409000/", reduced_motion="reduce")
    page.evaluate(f"window.seen = []; setInterval(() => window.seen.push(...({MOVING})()), 20)")
    page.get_by_role("link", name="Order 7").first.click()
    expect(page.locator("#reader[data-record]")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()
    assert page.evaluate("window.seen") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_high_contrast_what_is_chosen_and_where_one_is_can_be_told(at: Opener, email: Email, scheme: str) -> None:
    page = at("/co409000/", forced_colors="active", color_scheme=scheme)
    style = "([selector, name]) => getComputedStyle(document.querySelector(selector))[name]"
    assert page.evaluate(style, [".nav__item[aria-current=page]", "outlineStyle"]) == "solid"
    assert page.evaluate(style, [".rail__item[aria-current=true]", "outlineStyle"]) == "solid"
    steps.select(page, "Order 7")
    assert page.get_by_role("checkbox", name="Select Order 7").is_checked()
    box = "getComputedStyle(document.querySelector('#list tbody input[name=ids]'))"
    assert page.evaluate(f"{box}.backgroundColor !== getComputedStyle(document.body).backgroundColor")
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


@pytest.mark.parametrize(
    ("menu", "command"),
    [("Actions", "Link to"), ("Create", "Case"), ("Actions", "Snooze"), ("Actions", "Internal note")],
)
def test_a_dialog_holds_the_focus_and_gives_it_back(at: Opener, email: Email, menu: str, command: str) -> None:
    page = at("/co409000/")
    steps.select(page, "Order 7")
    steps.in_menu(page, menu, command)
    dialog = page.locator("#dialog[open]")
    expect(dialog.locator("#dialog-title, h1").first).to_be_visible()
    assert axe(page) == []
    for _press in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate(f"{INSIDE} || document.activeElement === document.body")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator(".toolbar :focus")).to_have_count(1)  # given back by an event after the closing


def test_deleting_asks_in_a_dialog_that_gives_the_focus_back(at: Opener, email: Email) -> None:
    page = at("/co409000/")
    steps.select(page, "Order 7")
    page.locator(".toolbar [data-command=delete]").first.click()
    dialog = page.locator("#dialog[open]")
    expect(dialog).to_be_visible()
    assert axe(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert page.evaluate("document.activeElement.dataset.command") == "delete"


def test_on_paper_an_email_is_its_text(at: Opener, email: Email) -> None:
    page = at("/co409000/")
    page.get_by_role("link", name="Order 7").first.click()
    expect(page.locator("#reader .message")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator("#reader h2").first).to_be_visible()
    for pressed in (".tabs", ".titlebar", ".toolbar", ".message__more", ".reader__bar"):
        expect(page.locator(pressed).first).not_to_be_visible()
