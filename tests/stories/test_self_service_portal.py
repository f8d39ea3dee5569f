"""The self-service portal on real servers: a template is made and registered, a customer writes, the owner is told."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from mailroom.base import clock
from mailroom.mime import parse
from mailroom.mime.message import Message
from mailroom.records.crm.models import Case, CaseComment, Contact
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current
from tests.factories.accounts import AccountFactory
from tests.servers.chromium import PHONE, axe
from tests.servers.mailbox import Mailbox
from tests.stories import steps
from tests.stories.test_templates import pick

pytestmark = pytest.mark.django_db(transaction=True)
Opener = Callable[..., Page]


@pytest.fixture
def owner(accounts: AccountFactory) -> Mailbox:
    """The mailbox of the case's owner."""
    return accounts.dovecot.add_mailbox("kari")


@pytest.fixture
def case(customer: Mailbox, agent: User, owner: Mailbox) -> Case:
    """Ingrid's case, which Kari has."""
    kari: Any = agent
    kari.employee.email = owner.address
    kari.employee.save()
    contact = Contact.objects.create(name="Ingrid Solheim", email=customer.address)
    values = {"case_id": "C-000124", "subject": "Broken crates", "status": "open", "created_at": clock.now()}
    return Case.objects.create(contact=contact, owner=kari.employee, **values)


def came(mailbox: Mailbox, count: int) -> Message:
    """The newest mail of a mailbox as soon as it has so many."""
    return parse.parse(mailbox.folder("INBOX").wait_for(count, seconds=30)[-1].raw)


def register_template(page: Page) -> None:
    """What the administrator does: the template by the help text's steps, the registration, the switch."""
    page.get_by_label("Description").fill("Case contents changed")
    page.locator("#id_window").fill("CR306000")
    page.get_by_role("option", name="CR306000").click()
    pick(page, "From", "SALES")
    page.get_by_label("To", exact=True).fill("( (Case.OwnerID.Email) )")
    page.get_by_label("Subject", exact=True).fill("Customer wrote in ( (Case.CaseCD) )")
    page.get_by_role("textbox", name="Message text area").fill(
        "A customer wrote: ( (ActivitiesSelect.Subject) ) ( (Activities.Body) )"
    )
    steps.save(page)
    steps.go(page, "/cs100000/")
    page.get_by_label("Self-service portal").check()
    steps.save(page)
    steps.go(page, "/sm204010/")
    pick(page, "New comment in the portal", "Case contents changed")
    pick(page, "New file in the portal", "Case contents changed")
    steps.save(page)
    assert axe(page) == []


def sign_in(page: Page, server: str, customer: Mailbox) -> None:
    """What the customer does, by telephone and in a browser that runs no script."""
    page.goto(f"{server}/portal/")
    page.get_by_label("Your email address").fill(customer.address)
    assert axe(page) == []
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_text("If we know you by that address")).to_be_visible()
    mail = came(customer, 1)
    [path] = set(re.findall(r"/portal/link/[\w-]+/", mail.text))
    page.goto(f"{server}{path}")
    page.get_by_role("button", name="Open my cases").click()


def test_a_customers_comment_and_file_in_the_portal_mail_the_owner_of_the_case(
    at: Opener, open_page: Opener, live_server: LiveServer, worker: Any, sales: EmailAccount, customer: Mailbox,
    owner: Mailbox, case: Case,
) -> None:  # fmt: skip
    """Journey add-a-notification-template-for-case-changes."""
    preferences = current.read()
    preferences.url_to_be_used_in_notifications = live_server.url
    preferences.save()
    desk = at("/sm204003/new/")
    register_template(desk)
    assert NotificationTemplate.objects.get(description="Case contents changed").notification_id

    phone = open_page(viewport=PHONE, color_scheme="dark")
    sign_in(phone, live_server.url, customer)
    assert axe(phone) == []
    phone.get_by_role("link", name="Broken crates").click()
    phone.get_by_label("Subject").fill("Twelve are broken")
    phone.get_by_label("Comment").fill("The lids <b>crack</b>.\nSend twelve.")
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_text("We have it. Thank you.")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert axe(phone) == []
    notice = came(owner, 1)
    assert notice.subject.startswith("Customer wrote in C-000124")
    assert [item.address for item in notice.from_] == [sales.email_address]
    assert "A customer wrote: Twelve are broken The lids <b>crack</b>." in " ".join(notice.text.split())

    phone.get_by_label("Files").set_input_files(
        {"name": "lid.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n lid"}
    )
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_role("link", name="lid.png")).to_be_visible()
    assert "Files: lid.png" in came(owner, 2).text

    steps.go(desk, "/cr306000/C-000124/")
    expect(desk.locator("#timeline")).to_contain_text("The lids <b>crack</b>.")
    expect(desk.locator("#timeline")).to_contain_text(f"{owner.address} is told.")
    assert axe(desk) == []
    assert CaseComment.objects.count() == 2
