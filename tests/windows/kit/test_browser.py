"""The how-to's window in Chromium: by mouse and by keyboard, wide and narrow, light and dark, no console message."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from mailroom.records.organisation.models import User, Workgroup
from tests.factories import pages
from tests.servers import chromium

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("work_groups")]
Opener = Callable[..., Page]
PASSWORD = "correct horse battery"


@pytest.fixture
def groups(transactional_db: None) -> None:
    Workgroup.objects.bulk_create(
        Workgroup(workgroup_id=f"G{number:02}", description=f"Team {number:02}") for number in range(1, 46)
    )
    User.objects.create_user("kari", "kari@mailroom.test", PASSWORD, role="agent", full_name="Kari Nordmann")


@pytest.fixture
def at(open_page: Opener, live_server: LiveServer, groups: None) -> Opener:
    """Opens a page of the window, signed in through the sign-in page."""

    def open_at(path: str = "/tm000001/", **options: object) -> Page:
        page = open_page(**options)
        page.goto(f"{live_server.url}/login/?next={path}")
        page.get_by_label("Username").fill("kari")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"**{path}")
        page.locator("html[data-ready]").wait_for()
        return page

    return open_at


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [chromium.DESK, chromium.PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("path", ["/tm000001/", "/tm000001/group/G02/", "/"])
def test_no_accessibility_violation(at: Opener, path: str, scheme: str, viewport: dict[str, int]) -> None:
    page = at(path, color_scheme=scheme, viewport=viewport)
    assert chromium.axe(page) == []


def test_chosen_rows_survive_paging_and_an_action_takes_them_all(at: Opener) -> None:
    page = at()
    page.get_by_label("Select G01").check()
    page.get_by_role("link", name="Next page").click()
    page.get_by_label("Select G21").check()
    expect(page.locator(".toolbar__end [data-selected-words]")).to_have_text("2 selected")
    page.locator("summary", has_text="Actions").click()
    page.get_by_role("button", name="Close e", exact=False).first.click()
    expect(page.locator("#toasts")).to_contain_text("2 work groups closed")
    assert set(Workgroup.objects.filter(active=False).values_list("workgroup_id", flat=True)) == {"G01", "G21"}
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Open again")
    assert not Workgroup.objects.filter(active=False).exists()


def test_all_rows_of_the_view_can_be_chosen(at: Opener) -> None:
    page = at()
    page.get_by_label("Select all on this page").check()
    page.get_by_role("button", name="Select all 45").click()
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_label("Select G21")).to_be_checked()
    page.keyboard.press("e")
    expect(page.locator("#toasts")).to_contain_text("45 work groups closed")


def test_rows_of_another_search_are_not_chosen_with_all_of_a_view(at: Opener) -> None:
    page = at()
    page.get_by_label("Select all on this page").check()
    page.get_by_role("button", name="Select all 45").click()
    page.get_by_role("searchbox").fill("Team 4")
    expect(page.get_by_label("Select G45")).to_be_visible()
    expect(page.get_by_label("Select G45")).not_to_be_checked()


def test_the_keyboard_alone_opens_checks_acts_and_undoes(at: Opener) -> None:
    page = at()
    page.keyboard.press("j")
    expect(page.locator("#reader .reader__title")).to_have_text("Team 01")
    page.keyboard.press("j")
    expect(page.locator("#reader .reader__title")).to_have_text("Team 02")
    page.keyboard.press("x")
    page.keyboard.press("e")
    expect(page.locator("#toasts")).to_contain_text("1 work group closed")
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text("Open again")
    page.keyboard.press("/")
    page.keyboard.type("Team 4")
    expect(page.locator("#list tbody tr[data-row]")).to_have_count(6)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_contain_text("Close")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url("**/")


def test_deleting_asks_in_a_dialog_that_names_the_count(at: Opener) -> None:
    page = at()
    page.get_by_label("Select G03").check()
    page.keyboard.press("Delete")
    expect(page.get_by_role("dialog")).to_contain_text("Delete 1 work group?")
    page.get_by_role("button", name="Delete 1 work group").click()
    expect(page.get_by_label("Select G03")).to_have_count(0)
    assert not Workgroup.objects.filter(workgroup_id="G03").exists()


def test_the_palette_finds_windows_by_id_and_commands(at: Opener) -> None:
    page = at("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("tm0000")
    expect(page.get_by_role("option").first).to_contain_text("Work groups")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tm000001/")
    page.get_by_label("Select G01").check()
    page.keyboard.press("Control+k")
    page.keyboard.type("Clos")
    expect(page.get_by_role("option").first).to_contain_text("Close")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("1 work group closed")


def test_a_record_shows_its_mistakes_and_saves_with_ctrl_s(at: Opener) -> None:
    page = at("/tm000001/group/G02/")
    page.locator("#id_workgroup_id").fill("G01")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("alert")).to_contain_text("Not saved.")
    expect(page.locator("#id_workgroup_id")).to_be_focused()
    page.locator("#id_workgroup_id").fill("G02")
    page.locator("#id_description").fill("Night team")
    page.keyboard.press("Control+s")
    expect(page.locator("#toasts")).to_contain_text("Saved")
    assert Workgroup.objects.get(workgroup_id="G02").description == "Night team"


def test_who_saves_second_reads_what_he_would_write_over_and_decides(at: Opener) -> None:
    page = at("/tm000001/group/G02/")
    Workgroup.objects.filter(workgroup_id="G02").update(description="Of another")
    description = page.get_by_label("Description")
    description.fill("Mine")
    page.keyboard.press("Control+s")
    told = page.get_by_role("alert")
    expect(told).to_contain_text("Somebody saved this meanwhile: Description.")
    expect(told).to_be_focused()
    expect(description).to_have_value("Mine")
    assert Workgroup.objects.get(workgroup_id="G02").description == "Of another"
    assert chromium.axe(page) == []
    told.get_by_role("button", name="Save mine over it").click()
    expect(page.locator("#toasts")).to_contain_text("Saved")
    assert Workgroup.objects.get(workgroup_id="G02").description == "Mine"


def posted(page: Page) -> list[str]:
    """The addresses that the page posts to, from now on."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url) if request.method == "POST" else None)
    return found


def test_keys_work_on_what_stands_on_top_once_however_long_they_are_held(at: Opener) -> None:
    page = at("/tm000001/group/G02/")
    posts = posted(page)
    page.locator("#id_description").fill("Night team")
    page.evaluate("document.getElementById('keys-dialog').showModal()")
    page.keyboard.press("Control+s")
    page.keyboard.press("Alt+n")
    page.keyboard.press("Escape")
    expect(page.locator("#id_description")).to_have_value("Night team")
    assert not posts
    page.keyboard.down("Control")
    for _time in range(4):
        page.keyboard.down("s")
    page.keyboard.up("s")
    page.keyboard.up("Control")
    expect(page.locator("#toasts")).to_contain_text("Saved")
    assert len(posts) == 1


def test_a_key_that_takes_altgr_to_write_is_that_key(at: Opener) -> None:
    page = at()
    nordic = """{ key: "[", ctrlKey: true, altKey: true, modifierAltGraph: true, bubbles: true, cancelable: true }"""
    page.evaluate(f"document.body.dispatchEvent(new KeyboardEvent('keydown', {nordic}))")
    expect(page.locator(".app")).to_have_attribute("data-nav", "closed")


def test_save_and_close_pressed_again_makes_no_second_record(at: Opener) -> None:
    page = at("/tm000001/group/new/")
    saves = pages.hold(page, "**/tm000001/group/new/")
    page.locator("#id_workgroup_id").fill("NEW")
    page.locator("#id_description").fill("New team")
    button = page.get_by_role("button", name="Save and close")
    button.dblclick()
    pages.held(page, saves)
    # And once more when the answer is here and the browser is about to leave.
    again = "document.querySelector('[data-command=save-close]').click()"
    page.evaluate(f"() => document.addEventListener('htmx:afterOnLoad', () => setTimeout(() => {again}))")
    saves[0].continue_()
    expect(page.locator("#toasts")).to_contain_text("Saved")
    assert len(saves) == 1


def test_late_answers_of_a_lookup_and_of_the_palette_are_not_shown(at: Opener) -> None:
    page = at("/tm000001/group/G02/")
    answers = pages.hold(page, "**/lookup/*/?q=*")
    field = page.get_by_role("combobox", name="Parent")
    for number, text in enumerate(("team 0", "team 07"), 1):
        field.fill(text)
        pages.held(page, answers, number)
    answers[1].continue_()
    expect(page.get_by_role("option")).to_have_count(1)
    answers[0].continue_()
    page.wait_for_timeout(300)
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(field).to_be_focused()

    page.on("dialog", lambda dialog: dialog.accept())  # what was typed is left
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-list [role=option]").first).to_be_visible()
    page.keyboard.type("tm0000")
    page.keyboard.press("Enter")  # faster than the list for it
    page.wait_for_url("**/tm000001/")


def test_a_lookup_offers_what_is_typed_and_its_selector_picks(at: Opener) -> None:
    page = at("/tm000001/group/G02/")
    field = page.get_by_role("combobox", name="Parent")
    field.fill("team 07")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Team 07")
    page.get_by_role("button", name="Select Work group").click()
    page.get_by_role("dialog").get_by_role("searchbox").fill("Team 11")
    page.get_by_role("dialog").get_by_role("button", name="G11").click()
    expect(field).to_have_value("Team 11")
    page.keyboard.press("Control+s")
    expect(page.locator("#toasts")).to_contain_text("Saved")
    parent = Workgroup.objects.get(workgroup_id="G02").parent
    assert parent is not None
    assert parent.workgroup_id == "G11"


def test_a_field_is_greyed_until_its_box_is_ticked(at: Opener) -> None:
    page = at("/tm000001/group/G02/")
    page.get_by_label("Active").uncheck()
    expect(page.get_by_role("combobox", name="Parent")).to_be_disabled()
    page.get_by_label("Active").check()
    expect(page.get_by_role("combobox", name="Parent")).to_be_enabled()
    page.get_by_label("Active").check()


def test_on_a_phone_a_row_opens_over_the_list_and_back(at: Opener) -> None:
    page = at(viewport=chromium.PHONE, has_touch=True)
    page.get_by_role("link", name="Team 02").click()
    expect(page.locator("#reader .reader__title")).to_be_visible()
    page.get_by_label("Back to the list").click()
    expect(page.locator("#list")).to_be_visible()


def test_theme_and_view_are_kept_for_the_person(at: Opener) -> None:
    page = at()
    page.get_by_role("button", name="Theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.wait_for_timeout(300)
    page.keyboard.press("v")
    expect(page.locator("#list.listing")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_without_script_everything_can_be_read(at: Opener, open_page: Opener, live_server: LiveServer) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(f"{live_server.url}/login/?next=/tm000001/")
    page.get_by_label("Username").fill("kari")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Team 02").click()
    expect(page.locator("#reader")).to_contain_text("Team 02")
    page.get_by_role("link", name="Next page").click()
    page.get_by_label("Select G21").check()
    page.locator("summary", has_text="Actions").click()
    page.get_by_role("button", name="Close e", exact=False).first.click()
    expect(page.locator("#toasts")).to_contain_text("1 work group closed")
    page.goto(f"{live_server.url}/tm000001/group/G02/")
    expect(page.get_by_label("Active")).to_be_visible()
