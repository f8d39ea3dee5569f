"""The reading pane in Chromium: by keyboard and by finger, light and dark, without an accessibility violation."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mailroom.base import clock
from mailroom.records.conversations import notes, presence
from mailroom.records.conversations.models import Doing, Note, Snooze
from mailroom.records.emails.models import Email
from tests.servers import chromium
from tests.windows.mail.conftest import letter, somebody, with_files

pytestmark = pytest.mark.django_db(transaction=True)
Opener = Callable[..., Page]
Filer = Callable[..., Email]
QUOTING = "The new words.\r\n\r\nOn Mon, 2 Nov 2026 at 10:00, Kari <k@x.no> wrote:\r\n" + "> The old words.\r\n" * 30


@pytest.fixture
def email(file_mail: Filer) -> Email:
    """The last of a conversation of eight, with a note on it."""
    for number in range(1, 8):
        file_mail(letter(number, f"Mail {number}", answers=number - 1))
    found = file_mail(letter(8, QUOTING, answers=7))
    per = somebody("per", "supervisor", full_name="Per Strand")
    notes.write(found, per, "Take a look", clock.now())
    presence.beat(found, per, Doing.REPLYING, clock.now())
    return found


@pytest.mark.parametrize("viewport", [chromium.DESK, chromium.PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pane_has_no_accessibility_violation(
    at: Opener, email: Email, scheme: str, viewport: dict[str, int]
) -> None:
    page = at(f"/co409000/?open={email.pk}", color_scheme=scheme, viewport=viewport)
    expect(page.frame_locator("iframe.mail-frame").first.get_by_text("The new words.")).to_be_visible()
    assert chromium.axe(page) == []
    width = viewport["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(page.url.split("/co409000")[0] + f"/cr306015/{email.pk}/original/")
    page.locator("html[data-ready]").wait_for()
    assert chromium.axe(page) == []


def test_quotes_unfold_and_the_frame_grows_with_them(at: Opener, email: Email) -> None:
    page = at(f"/co409000/?open={email.pk}")
    frame = page.locator("iframe.mail-frame").first
    body = page.frame_locator("iframe.mail-frame").first
    expect(body.get_by_text("The new words.")).to_be_visible()
    expect(body.get_by_text("The old words.").first).to_be_hidden()
    before = frame.bounding_box()
    body.get_by_text("Show quoted text").click()
    expect(body.get_by_text("The old words.").first).to_be_visible()
    assert before is not None
    page.wait_for_function("h => document.querySelector('iframe.mail-frame').height > h + 200", arg=before["height"])


def test_folded_mails_open_where_they_stand(at: Opener, email: Email) -> None:
    page = at(f"/co409000/?open={email.pk}")
    expect(page.locator(".message")).to_have_count(5)
    page.get_by_role("button", name="Show 3 earlier emails").click()
    expect(page.locator(".message")).to_have_count(8)
    page.locator(".message > summary", has_text="Mail 1").click()
    expect(page.frame_locator("iframe.mail-frame").first.get_by_text("Mail 1")).to_be_visible()


def test_notes_and_snooze_by_keyboard_alone(at: Opener, email: Email) -> None:
    page = at(f"/co409000/?open={email.pk}")
    expect(page.get_by_text("Per Strand is replying")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_role("dialog")).to_contain_text("It is never sent.")
    page.keyboard.type("Hello @pe")
    expect(page.get_by_role("option")).to_contain_text("Per Strand")
    page.keyboard.press("Enter")
    page.keyboard.type("can you?")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("Per Strand will see it")
    expect(page.locator("#reader .note")).to_have_count(2)
    assert Note.objects.latest("id").text == "Hello @per can you?"
    page.keyboard.press("b")
    page.get_by_role("button", name="Tomorrow morning").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("1 email comes back")
    expect(page.locator("#list tbody tr[data-row]")).to_have_count(7)
    page.keyboard.press("z")
    expect(page.locator("#list tbody tr[data-row]")).to_have_count(8)
    assert not Snooze.objects.exists()


def test_files_are_looked_at_in_a_dialog(at: Opener, file_mail: Filer) -> None:
    pdf = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 300]>>endobj\ntrailer<</Root 1 0 R>>\n"
    )
    broken = ("broken.pdf", "application/pdf", b"%PDF-1.4 nonsense")
    email = file_mail(with_files(1, ("receipt.pdf", "application/pdf", pdf), broken))
    page = at(f"/co409000/?open={email.pk}", viewport=chromium.PHONE)
    page.get_by_role("link", name="receipt.pdf", exact=True).click()
    drawn = page.get_by_role("img", name="Page 1")
    expect(drawn).to_be_visible()
    page.wait_for_function("() => document.querySelector('.look__page').naturalWidth > 500")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="broken.pdf", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("This PDF cannot be shown here.")
