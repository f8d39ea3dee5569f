"""From an email to the record it is about: Link to, and Create with a pop-up filled from it, wide and on a phone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from mailroom.base import clock
from mailroom.records.crm.models import BusinessAccount, Case, Contact, Event, ExpenseReceipt, Task
from mailroom.records.emails.models import Attachment, Email
from mailroom.records.files import store
from mailroom.records.organisation import people
from tests.factories import relations
from tests.servers.chromium import DESK, PHONE, axe

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20_000  # milliseconds: the suite shares two cores
expect.set_options(timeout=PATIENCE)
both_sizes = pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])


@pytest.fixture
def email(transactional_db: None) -> Email:
    """An email with a file, from a contact who has an open case."""
    now = clock.now()
    account = BusinessAccount.objects.create(account_id="10388", name="Fjellbekk Møbler AS")
    contact = Contact.objects.create(
        name="Ingrid Solheim", email="ingrid@fjellbekk.example.net", business_account=account
    )
    Case.objects.create(
        case_id="C-001284", subject="Reminder fee", contact=contact, business_account=account, created_at=now
    )
    Case.objects.create(case_id="C-001290", subject="Lamp flickers", created_at=now)
    email = relations.mail(now, 5, text="What is the price of 40 crates?", preview="What is the price of 40 crates?")
    Attachment.objects.create(email=email, file=store.put(b"%PDF-1.7"), name="order.pdf", size=8)
    return email


@pytest.fixture
def at(open_page: Callable[..., Page], live_server: Any, email: Email) -> Callable[..., Page]:
    """Opens Incoming with the email, signed in as an agent."""
    client = Client()
    client.force_login(
        people.create_user("maja", "maja@elvestad.example.com", "agent", full_name="Maja Lindqvist"),
        "django.contrib.auth.backends.ModelBackend",
    )
    session = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}

    def open_at(path: str, **options: Any) -> Page:
        page = open_page(**options)
        page.context.set_default_timeout(PATIENCE)
        page.context.add_cookies([{**session, "url": live_server.url}])
        page.goto(f"{live_server.url}{path}")
        page.locator("html[data-ready]").wait_for()
        return page

    return open_at


def chosen(page: Page) -> None:
    """Check the email's row."""
    page.get_by_label("Select Price for 40 crates").check()


def in_menu(page: Page, menu: str, command: str) -> None:
    """Choose a command of a menu of the toolbar."""
    page.locator(".toolbar summary", has_text=menu).click()
    page.locator(".toolbar details[open] .menu__item", has_text=command).first.click()


@both_sizes
def test_an_email_is_linked_to_an_entity(at: Callable[..., Page], email: Email, viewport: dict[str, int]) -> None:
    page = at("/co409000/", viewport=viewport)
    chosen(page)
    in_menu(page, "Actions", "Link to")
    dialog = page.locator("#dialog")
    expect(dialog.get_by_role("heading", name="Related entity")).to_be_visible()
    assert axe(page) == []
    dialog.get_by_role("button", name="Cancel").click()
    email.refresh_from_db()
    assert email.related_entity_type == ""

    in_menu(page, "Actions", "Link to")
    expect(dialog.get_by_label("Type")).to_be_visible()
    expect(page.locator(".htmx-added")).to_have_count(0)  # until then the dialog hears nothing
    dialog.get_by_label("Type").select_option(label="Lead/contact")
    expect(dialog.locator("[data-lookup=entity-lead_contact]")).to_be_visible()
    dialog.get_by_label("Type").select_option(label="Case")
    expect(dialog.locator("[data-lookup=entity-case]")).to_be_visible()
    dialog.get_by_role("combobox", name="Entity").press_sequentially("lamp")
    dialog.get_by_role("option", name="C-001290 Lamp flickers").click()
    dialog.get_by_role("button", name="OK").click()
    expect(page.get_by_text("1 email linked to C-001290 Lamp flickers")).to_be_visible()
    expect(dialog).to_be_hidden()
    email.refresh_from_db()
    assert email.related_entity_description == "C-001290 Lamp flickers"

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 link taken back")).to_be_visible()
    email.refresh_from_db()
    assert email.related_entity_type == ""


def test_the_likely_case_is_one_press_away_and_lists_the_mail(at: Callable[..., Page], email: Email) -> None:
    page = at(f"/co409000/?open={email.pk}")
    page.keyboard.press("l")
    page.locator("#dialog").get_by_role("button", name="C-001284 Reminder fee").click()
    link = page.locator("#reader .slip a", has_text="C-001284 Reminder fee")
    expect(link).to_be_visible()
    link.click()
    expect(page).to_have_url(re.compile("/cr306000/C-001284/$"))
    timeline = page.locator("#timeline")
    expect(timeline.get_by_text("What is the price of 40 crates?")).to_be_visible()
    assert axe(page) == []


@both_sizes
@pytest.mark.parametrize(
    ("command", "field", "text", "model"),
    [
        ("Event", "Subject", "Price for 40 crates", Event),
        ("Task", "Subject", "Price for 40 crates", Task),
        ("Contact", "Name", "Ingrid Solheim", Contact),
        ("Case", "Subject", "Price for 40 crates", Case),
        ("Expense receipt", "Description", "Price for 40 crates", ExpenseReceipt),
    ],
)
def test_a_record_is_created_from_an_email(
    at: Callable[..., Page], email: Email, viewport: dict[str, int], command: str, field: str, text: str, model: Any
) -> None:
    page = at("/co409000/", viewport=viewport)
    chosen(page)
    in_menu(page, "Create", command)
    dialog = page.locator("#dialog")
    expect(dialog.get_by_label(field, exact=False).first).to_have_value(text)
    if command in {"Case", "Expense receipt"}:
        assert axe(page) == []
        dialog.get_by_role("tab", name="Files").click()
        expect(dialog.get_by_label("order.pdf")).to_be_checked()
    before = model.objects.count()
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved. 1 email is an activity of")).to_be_visible()
    expect(dialog).to_be_hidden()
    assert model.objects.count() == before + 1
    email.refresh_from_db()
    assert email.related_entity_id == model.objects.latest("pk").pk


def test_a_task_is_added_to_a_case_from_its_own_window(at: Callable[..., Page], email: Email) -> None:
    page = at("/cr306000/C-001284/")
    in_menu(page, "Create", "Task")
    dialog = page.locator("#dialog")
    dialog.get_by_label("Subject").fill("Call Ingrid")
    expect(dialog.get_by_role("combobox", name="Related entity")).to_have_value("C-001284 Reminder fee")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#timeline").get_by_role("link", name="Call Ingrid")).to_be_visible()
    page.locator("#timeline").get_by_role("link", name="Emails").click()
    expect(page.locator("#timeline").get_by_text("No activities yet")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@both_sizes
def test_the_windows_of_records_have_no_accessibility_violation(
    at: Callable[..., Page], email: Email, viewport: dict[str, int], scheme: str
) -> None:
    page = at("/cr306000/", viewport=viewport, color_scheme=scheme)
    base = page.url.removesuffix("/cr306000/")
    found = {"/cr306000/": axe(page)}
    for path in ("/cr306000/C-001284/", "/cr302000/", "/cr303000/10388/", "/cr306020/new/", "/ep203000/maja/"):
        page.goto(base + path)
        page.locator("html[data-ready]").wait_for()
        found[path] = axe(page)
    assert not {path: troubles for path, troubles in found.items() if troubles}
