"""Notification templates with real records: preview, placeholders, errors with their place, a test mail, versions."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from mailroom.base import clock
from mailroom.flows.sending import send
from mailroom.records.crm.models import BusinessAccount, BusinessDocument, DocumentLine
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation.models import User
from tests.servers.chromium import PHONE, axe
from tests.servers.mailbox import Mailbox
from tests.stories import steps

pytestmark = pytest.mark.django_db(transaction=True)
Opener = Callable[..., Page]
TABLE = (
    "<table><tbody><tr><th>Item</th><th>Amount</th></tr></tbody>"
    '<foreach view="Lines"><tr><td>((InventoryID))</td><td>((Amount))</td></tr></foreach></table>'
    "<p>Total ((Currency)) ((Total))</p>"
)


@pytest.fixture
def invoice(transactional_db: None) -> BusinessDocument:
    """A sales invoice with two lines."""
    account = BusinessAccount.objects.create(
        account_id="10388", name="Fjellbekk Møbler AS", email="post@fjellbekk.example"
    )
    made = BusinessDocument.objects.create(
        type="sales_invoice", number="104821", business_account=account, currency="NOK", date=clock.now().date()
    )
    for position, (item, amount) in enumerate((("CRATE-40", "38000.00"), ("FREIGHT", "1050.50")), start=1):
        DocumentLine.objects.create(document=made, position=position, item=item, amount=Decimal(amount))
    return made


def editor(page: Page) -> object:
    """The text being written."""
    return page.get_by_role("textbox", name="Message text area")


def shown(page: Page) -> object:
    """The body in the preview's frame."""
    return page.frame_locator("#preview iframe").locator("body")


def test_change_notification_template_body_text(
    at: Opener, sales: EmailAccount, customer: Mailbox, invoice: BusinessDocument
) -> None:
    """Journey change-notification-template-body-text: the next mail has the new text; earlier versions can be seen."""
    text = NotificationTemplate.objects.create(
        notification_id="INVOICE",
        description="Invoice ready",
        window_id="CR309000",
        subject="Invoice ((RefNbr))",
        body="<p>Your invoice is ready.</p>",
    )
    page = at(f"/sm204003/{text.pk}/")
    expect(page.locator("#preview")).to_contain_text("Invoice 104821")
    expect(shown(page)).to_contain_text("Your invoice is ready.")  # type: ignore[arg-type]
    editor(page).fill("Dear customer, ((CustomerFullName)): the new text.")  # type: ignore[attr-defined]
    expect(shown(page)).to_contain_text("Fjellbekk Møbler AS: the new text.")  # type: ignore[arg-type]
    steps.save(page)
    page.get_by_label("Test email to").fill(customer.address)
    page.get_by_role("button", name="Send test email").click()
    steps.toast(page, f"Test email to {customer.address} is on its way")
    send.send_account(sales.pk, clock.now())
    (arrived,) = customer.folder("INBOX").wait_for(1)
    assert b"Subject: Invoice 104821" in arrived.raw
    assert b"the new text." in arrived.raw
    assert axe(page) == []

    steps.in_menu(page, "Actions", "Versions")
    dialog = page.locator("#dialog")
    expect(dialog.get_by_text("Current")).to_be_visible()
    dialog.get_by_role("link", name="As it was at first").click()
    expect(dialog.locator(".changes__line--gone")).to_contain_text("Your invoice is ready.")
    assert axe(page) == []
    dialog.get_by_role("button", name="Restore this version").click()
    steps.toast(page, "The earlier version is back")
    expect(shown(page)).to_contain_text("Your invoice is ready.")  # type: ignore[arg-type]
    text.refresh_from_db()
    assert text.body == "<p>Your invoice is ready.</p>"


def test_detail_lines_in_a_template(
    at: Opener, sales: EmailAccount, customer: Mailbox, invoice: BusinessDocument, anna: User
) -> None:
    """Journey detail-lines-in-a-template: one row a line, right totals, formats of the locale."""
    text = NotificationTemplate.objects.create(
        notification_id="LINES", description="Order lines", window_id="CR309000", subject="Lines", body="x", locale="nb"
    )
    page = at(f"/sm204003/{text.pk}/")
    page.get_by_role("button", name="Change mode").or_(
        page.locator("[data-ref=source] button, .jodit-toolbar-button_source button")
    ).first.click()
    source = page.locator("textarea.jodit-source__mirror")
    source.fill(TABLE)
    expect(shown(page)).to_contain_text("Total NOK 39 050,5".replace(" 0", "\u00a00"))  # type: ignore[arg-type]
    steps.save(page)
    frame = page.frame_locator("#preview iframe")
    expect(frame.locator("table tr")).to_have_count(3)
    expect(frame.locator("table tr").nth(1)).to_have_text("CRATE-4038\u00a0000,00")
    page.get_by_label("Test email to").fill(customer.address)
    page.get_by_role("button", name="Send test email").click()
    steps.toast(page, "is on its way")
    send.send_account(sales.pk, clock.now())
    (arrived,) = customer.folder("INBOX").wait_for(1)
    assert b"CRATE-40" in arrived.raw
    assert b"FREIGHT" in arrived.raw


def test_placeholders_are_put_in_from_the_list_and_wrong_ones_are_told_with_their_line(
    at: Opener, sales: EmailAccount, invoice: BusinessDocument
) -> None:
    page = at("/sm204003/new/")
    page.get_by_label("Description").fill("Reminder")
    page.locator("#id_window").fill("CR309000")
    page.get_by_role("option", name="CR309000").click()
    expect(page.locator("#id_shown_window_id")).to_have_value("CR309000")
    expect(page.locator("#picker")).to_contain_text("RefNbr")
    page.get_by_label("Subject").fill("About ")
    page.get_by_label("Search placeholders").fill("number")
    page.get_by_label("Subject").click()
    page.keyboard.press("End")
    page.locator("[data-insert='((RefNbr))']").click()
    expect(page.get_by_label("Subject")).to_have_value("About ((RefNbr))")
    expect(page.locator("#preview")).to_contain_text("About 104821")
    editor(page).fill("((Totl))")  # type: ignore[attr-defined]
    wrong = "Message text area, line 1: ((Totl)) has no value here. Did you mean ((Total))?"
    expect(page.locator("#preview")).to_contain_text(wrong)
    assert axe(page) == []
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("p.field__error", has_text="Line 1: ((Totl)) has no value here").first).to_be_visible()
    assert not NotificationTemplate.objects.filter(description="Reminder").exists()
    editor(page).click()  # type: ignore[attr-defined]
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Pay ")
    page.locator("[data-insert='((Total))']").click()
    expect(editor(page)).to_contain_text("Pay ((Total))")  # type: ignore[arg-type]
    steps.save(page)
    assert (
        NotificationTemplate.objects.get(description="Reminder").body.replace("&nbsp;", " ") == "<p>Pay ((Total))</p>"
    )


def test_the_tools_of_a_template_fit_on_a_phone(at: Opener, sales: EmailAccount, invoice: BusinessDocument) -> None:
    page = at("/sm204003/", viewport=PHONE)
    expect(page.locator("#preview dl")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert axe(page) == []
