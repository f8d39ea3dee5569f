"""Writing in Chromium, by mouse and by keyboard alone, wide and narrow: nothing typed is lost or overwritten unseen."""

import base64
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mailroom.base import clock
from mailroom.flows.sending import outbox, send
from mailroom.mime.message import Address
from mailroom.records.conversations import canned
from mailroom.records.crm.models import Contact
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import compose
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Status
from mailroom.records.organisation.models import PersonSetting, User
from tests.factories.accounts import AccountFactory
from tests.servers.chromium import DESK, PHONE, axe
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)
Opener = Callable[..., Page]
both_sizes = pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
UNREACHABLE = "() => { window.fetch = () => new Promise(() => {}); }"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def ingrid(transactional_db: None) -> Contact:
    return Contact.objects.create(name="Ingrid Solheim", email="ingrid@fjellbekk.example.net")


def write(page: Page, subject: str, text: str) -> None:
    page.get_by_label("Subject").fill(subject)
    page.get_by_role("textbox", name="Message").fill(text)


def address(page: Page, field: str, text: str) -> None:
    box = page.get_by_role("combobox", name=field, exact=True)
    box.fill(text)
    box.press("Enter")


def saved(page: Page) -> None:
    expect(page.locator("[data-draft-status]")).to_contain_text("Draft saved")


def draft_for(account: EmailAccount, user: User, *to: str) -> Email:
    fields = DraftFields(account=account, to=[Address("", one) for one in to], subject="Crates", html="<p>Hello</p>")
    return compose.create(fields, clock.now(), user)


def test_what_was_dropped_into_the_text_gives_the_page_no_orders(at: Opener) -> None:
    page = at()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    hostile = '<p hx-get="/obeyed/" hx-trigger="load" data-remove-file="/obeyed/" data-dialog-url="/obeyed/">Hello</p>'
    page.evaluate("(html) => { document.querySelector('textarea[data-editor]').jodit.value = html; }", hostile)
    page.get_by_label("Subject").fill("Crates")
    saved(page)  # htmx looks at the form anew when the draft has its address
    page.get_by_label("Subject").fill("Crates and pallets")
    page.get_by_role("textbox", name="Message").locator("[hx-get][data-remove-file][data-dialog-url]").click()
    saved(page)
    assert not [address for address in asked if "/obeyed/" in address]


def test_a_mail_that_was_sent_leaves_no_copy_in_the_browser(at: Opener, ingrid: Contact) -> None:
    page = at()
    address(page, "To", "ingrid@fjellbekk.example.net")
    write(page, "Crates", "Hello")
    page.get_by_role("button", name="Send", exact=True).click()  # before the first save by itself
    page.wait_for_url("**/co409080/")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('compose:'))") == []


@pytest.mark.parametrize("window", ["cr306015/new", "cr306016/text/new", "sm203010", "cr308000/new", "sm204003/new"])
def test_the_editor_stands_as_it_should_in_every_window(at: Opener, administrator: User, window: str) -> None:
    page = at(f"/{window}/", person=administrator)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.reload()
    page.locator(".jodit-wysiwyg").first.wait_for()
    bar = page.locator(".jodit-toolbar__box").first.bounding_box()
    assert bar is not None
    assert bar["height"] < 45, "an empty bar stands above the buttons"
    assert not [text for text in said if "Content Security Policy" in text]


def test_the_text_is_written_as_recipients_see_it(at: Opener) -> None:
    page = at()
    html = "<p>One</p><p>Two</p><ul><li>a</li></ul><ol><li>b</li></ol><h1>Big</h1>"
    page.evaluate("(html) => { document.querySelector('textarea[data-editor]').jodit.value = html; }", html)
    text = page.locator(".jodit-wysiwyg")
    style = "(one) => { const found = getComputedStyle(one); return [found.listStyleType, found.paddingInlineStart]; }"
    assert text.locator("ul").evaluate(style) == ["disc", "28px"]
    assert text.locator("ol").evaluate(style) == ["decimal", "28px"]
    one, two = (text.locator("p").nth(place).bounding_box() for place in (0, 1))
    assert one is not None
    assert two is not None
    assert two["y"] - one["y"] - one["height"] > 8
    assert float(text.locator("h1").evaluate("(one) => parseFloat(getComputedStyle(one).fontSize)")) > 20


@both_sizes
def test_a_mail_is_written_checked_sent_and_undone(at: Opener, ingrid: Contact, viewport: dict[str, int]) -> None:
    page = at(viewport=viewport)
    page.get_by_role("combobox", name="To", exact=True).press_sequentially("solh")
    page.get_by_role("option", name="Ingrid Solheim").click()
    address(page, "Cc", "kari@gmial.com")
    expect(page.get_by_text("kari@gmial.com may be mistyped.")).to_be_visible()
    page.get_by_role("textbox", name="Message").fill("Hi Ingrid, see the attached list.")
    saved(page)
    assert axe(page) == []
    page.get_by_role("button", name="Send", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The subject is empty.")
    expect(dialog).to_contain_text("no file is attached")
    dialog.get_by_role("button", name="Use kari@gmail.com").click()
    assert axe(page) == []
    dialog.get_by_role("button", name="Send anyway").click()
    expect(page.locator("#toasts")).to_contain_text("Email to Ingrid Solheim")
    email = Email.objects.get()
    assert (email.status, email.cc_line) == (Status.PENDING, "kari@gmail.com")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(f"**/cr306015/{email.pk}/")
    expect(page.get_by_role("textbox", name="Message")).to_contain_text("see the attached list")
    assert Email.objects.get().status == Status.CANCELED


@both_sizes
def test_later_then_canceled_changed_and_sent(
    at: Opener,
    live_account: EmailAccount,
    accounts: AccountFactory,
    agent: User,
    smtp_server: SmtpServer,
    viewport: dict[str, int],
) -> None:
    PersonSetting.objects.create(user=agent, name="undo_seconds", value=0)
    first, second = (accounts.dovecot.add_mailbox(name).address for name in ("first", "second"))
    draft = draft_for(live_account, agent, first)
    page = at(f"/cr306015/{draft.pk}/", viewport=viewport)
    page.locator("summary", has=page.locator("[href$='i-clock']")).click()
    page.get_by_label("Cancel when the customer answers first").check()
    page.get_by_role("button", name="Tomorrow morning").click()
    expect(page.locator("#toasts")).to_contain_text("goes")
    page.get_by_role("link", name="Open email", exact=True).click()
    expect(page.get_by_text("It is taken back if the customer answers first.")).to_be_visible()
    page.locator("summary", has_text="Actions").click()
    page.get_by_role("button", name="Cancel sending").click()
    page.get_by_role("button", name=f"Remove {first}").click()
    address(page, "To", second)
    saved(page)
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url("**/co409080/")
    send.send_account(live_account.pk, clock.now(), manual=True, only=[draft.pk])
    assert len(smtp_server.to(second)) == 1
    assert smtp_server.to(first) == []


@both_sizes
def test_a_partial_refusal_is_shown_and_the_rest_can_be_sent(
    at: Opener, live_account: EmailAccount, agent: User, viewport: dict[str, int]
) -> None:
    draft = draft_for(live_account, agent, "a@x.example.org", "b@x.example.org")
    outbox.enqueue(draft.pk, clock.now(), agent)
    Email.objects.update(status=Status.PROCESSED)
    draft.recipients.update(outcome="accepted")
    draft.recipients.filter(address="b@x.example.org").update(outcome="refused", reply="550 no such user")
    page = at(f"/cr306015/{draft.pk}/", viewport=viewport)
    expect(page.get_by_text("refused").first).to_be_visible()
    page.locator("summary", has_text="Actions").click()
    expect(page.locator(".menu__list").get_by_role("button", name="Send to the rest")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".delivery").get_by_role("button", name="Send to the rest").click()
    expect(page.locator("#toasts")).to_contain_text("Queued for 1 recipient")
    assert draft.recipients.filter(outcome="waiting").count() == 1


@pytest.mark.parametrize("window", ["co409000", "co409080", "co409070"])
def test_a_phone_offers_to_write_a_new_email_beside_the_title(at: Opener, window: str) -> None:
    page = at(f"/{window}/", viewport=PHONE)
    page.locator(".titlebar").get_by_role("link", name="New email").click()
    page.wait_for_url("**/cr306015/new/")
    wide = at(f"/{window}/", viewport=DESK)
    expect(wide.locator(".titlebar").get_by_role("link", name="New email")).to_be_hidden()


def test_the_keyboard_alone_writes_sends_and_undoes(at: Opener, ingrid: Contact) -> None:
    page = at("/co409080/")
    page.keyboard.press("c")
    page.wait_for_url("**/cr306015/new/")
    page.locator("html[data-ready]").wait_for()
    expect(page.get_by_role("combobox", name="To", exact=True)).to_be_focused()
    page.keyboard.type("ingr")
    expect(page.get_by_role("option", name="Ingrid Solheim")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-field=to] .chip")).to_have_count(1)
    expect(page.get_by_label("Subject")).not_to_be_focused()
    tab_to(page, page.get_by_label("Subject"))
    page.keyboard.type("Crates")
    page.locator(".jodit-wysiwyg").wait_for()  # until then the plain field stands there
    tab_to(page, page.get_by_role("textbox", name="Message"))
    page.keyboard.type("See the attached list.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("dialog")).to_contain_text("no file is attached")
    expect(page.get_by_role("button", name="Keep writing")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/co409080/")
    expect(page.locator("#toasts")).to_contain_text("Email to Ingrid Solheim")
    page.keyboard.press("z")
    page.wait_for_url("**/cr306015/*/")
    expect(page.get_by_label("Subject")).to_have_value("Crates")


def tab_to(page: Page, target: object) -> None:
    """Press Tab until `target` has the focus."""
    for _press in range(12):
        if target.evaluate("element => element === document.activeElement"):  # type: ignore[attr-defined]
            return
        page.keyboard.press("Tab")
    expect(target).to_be_focused()  # type: ignore[call-overload]


def test_text_of_a_closed_tab_comes_back(at: Opener, live_account: EmailAccount, agent: User) -> None:
    draft = draft_for(live_account, agent, "ingrid@fjellbekk.example.net")
    page = at(f"/cr306015/{draft.pk}/")
    page.evaluate(UNREACHABLE)
    write(page, "Crates, 40", "Written before the tab was closed")
    expect(page.locator("[data-draft-status]")).to_have_text("Saving")
    other = page.context.new_page()
    page.close()
    other.goto(f"{at_url(other, page)}/cr306015/{draft.pk}/")
    expect(other.locator("[data-restored]")).to_be_visible()
    expect(other.get_by_role("textbox", name="Message")).to_contain_text("before the tab was closed")
    expect(other.locator("input[name=version]")).to_have_value("1")
    draft.refresh_from_db()
    assert draft.subject == "Crates, 40"


def test_words_typed_the_moment_before_a_tab_closes_are_in_the_draft(
    at: Opener, live_account: EmailAccount, agent: User
) -> None:
    draft = draft_for(live_account, agent, "ingrid@fjellbekk.example.net")
    page = at(f"/cr306015/{draft.pk}/")
    page.get_by_role("textbox", name="Message").click()
    # Typed and left in one breath: no timer of the page runs in between.
    page.evaluate(
        """() => {
            document.execCommand("insertText", false, "The very last words");
            dispatchEvent(new PageTransitionEvent("pagehide"));
            window.fetch = () => new Promise(() => {});
            localStorage.clear();
            location.href = "/";
        }"""
    )
    page.wait_for_url("**/")
    page.locator("html[data-ready]").wait_for()
    page.goto(f"{at_url(page, page)}/cr306015/{draft.pk}/")
    expect(page.get_by_role("textbox", name="Message")).to_contain_text("The very last words")


def at_url(other: Page, page: Page) -> str:
    """Where the server is."""
    return "/".join(page.url.split("/")[:3])


def test_a_new_mail_that_was_never_saved_becomes_a_draft_on_return(at: Opener) -> None:
    page = at()
    page.evaluate(UNREACHABLE)
    write(page, "Begun", "Never saved")
    expect(page.locator("[data-draft-status]")).to_have_text("Saving")
    other = page.context.new_page()
    page.close()
    other.goto(f"{at_url(other, page)}/cr306015/new/")
    expect(other.locator("[data-restored]")).to_contain_text("was not saved")
    email = Email.objects.get()
    assert email.subject == "Begun"
    other.get_by_role("button", name="Restore").click()
    other.wait_for_url(f"**/cr306015/{email.pk}/")


def test_two_tabs_never_overwrite_each_other_in_silence(at: Opener, live_account: EmailAccount, agent: User) -> None:
    draft = draft_for(live_account, agent, "ingrid@fjellbekk.example.net")
    first, second = at(f"/cr306015/{draft.pk}/"), at(f"/cr306015/{draft.pk}/")
    first.get_by_label("Subject").fill("From the first tab")
    saved(first)
    expect(first.locator("input[name=version]")).to_have_value("1")
    second.get_by_label("Subject").fill("From the second tab")
    expect(second.get_by_role("alert").filter(has_text="saved another version")).to_be_visible()
    assert Email.objects.get().subject == "From the first tab"
    second.get_by_role("button", name="Save mine over it").click()
    expect(second.locator("input[name=version]")).to_have_value("2")
    assert Email.objects.get().subject == "From the second tab"


def test_a_slash_inserts_a_canned_text_filled_for_the_recipient(at: Opener, ingrid: Contact, agent: User) -> None:
    fields = canned.Fields("Greeting", "<p>Hi ((FirstName)), thank you.</p>")
    canned.save(None, fields, agent, clock.now())
    page = at()
    address(page, "To", "Ingrid Solheim <ingrid@fjellbekk.example.net>")
    message = page.get_by_role("textbox", name="Message")
    message.press("/")
    message.press_sequentially("gree")
    expect(page.locator(".slash [data-insert]")).to_have_text("Greeting")
    message.press("Enter")
    expect(message).to_contain_text("Hi Ingrid, thank you.")
    expect(message).not_to_contain_text("/gree")
    page.locator("summary", has_text="Template").click()
    expect(page.locator("[data-canned-list]")).to_contain_text("Greeting")


def test_letters_typed_at_once_after_a_slash_go_with_it(at: Opener, agent: User) -> None:
    canned.save(None, canned.Fields("Greeting", "<p>Thank you.</p>"), agent, clock.now())
    page = at()
    message = page.get_by_role("textbox", name="Message")
    message.click()
    page.evaluate("""() => {
      const editor = document.querySelector(".jodit-wysiwyg");
      editor.dispatchEvent(new KeyboardEvent("keydown", { key: "/", bubbles: true }));
      document.execCommand("insertText", false, "/gre");
    }""")
    expect(page.locator(".slash [data-insert]")).to_have_text("Greeting")
    message.press("Enter")
    expect(message).to_contain_text("Thank you.")
    expect(message).not_to_contain_text("/")


def test_the_editor_of_canned_texts_is_whole_and_keeps_styles(at: Opener, agent: User) -> None:
    styled = '<p><span style="color: rgb(200, 0, 0);">Hi</span></p>'
    text = canned.save(None, canned.Fields("Greeting", styled), agent, clock.now())
    page = at(f"/cr306016/text/{text.pk}/")
    colour = page.locator(".jodit-wysiwyg span").evaluate("(one) => getComputedStyle(one).color")
    assert colour == "rgb(200, 0, 0)"
    helper = page.locator("input[name^=jodit-toolbar-focus-helper]").first
    assert helper.evaluate("(one) => getComputedStyle(one).position") == "absolute"


def test_files_and_pictures_by_choice_and_by_drop(at: Opener) -> None:
    page = at()
    page.locator("#id_files").set_input_files(
        [{"name": "list.pdf", "mimeType": "application/pdf", "buffer": b"%PDF" * 500}]
    )
    expect(page.locator("#files .file")).to_contain_text("list.pdf")
    expect(page.locator("#files-count")).to_have_text("1")
    drop(page, ".jodit-wysiwyg", "photo.png", "image/png")
    expect(page.locator(".jodit-wysiwyg img")).to_have_count(1)
    drop(page, "form.compose .compose__head", "prices.csv", "text/csv")
    expect(page.locator("#files .file")).to_have_count(2)
    expect(page.locator("input[name=version]")).not_to_have_value("0")
    email = Email.objects.get()
    assert "cid:" in email.content.html
    assert sorted(email.attachments.values_list("name", "inline")) == [
        ("list.pdf", False),
        ("photo.png", True),
        ("prices.csv", False),
    ]
    page.get_by_role("button", name="Remove list.pdf").click()
    expect(page.locator("#files .file")).to_have_count(1)
    page.get_by_role("button", name="Preview").click()
    expect(page.frame_locator("iframe.preview-frame").locator("img")).to_be_visible()
    page.get_by_role("link", name="Plain text").click()
    expect(page.locator("iframe.preview-frame--text")).to_be_visible()
    assert axe(page) == []


def drop(page: Page, place: str, name: str, kind: str) -> None:
    """Drop a file from the desktop on `place`."""
    content = base64.b64encode(PIXEL).decode()
    transfer = page.evaluate_handle(
        """([name, kind, content]) => {
            const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], name, { type: kind }));
            return transfer;
        }""",
        [name, kind, content],
    )
    for event in ("dragover", "drop"):
        page.dispatch_event(place, event, {"dataTransfer": transfer})
