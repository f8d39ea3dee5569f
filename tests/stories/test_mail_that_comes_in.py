"""Mail that comes in: forwarded to employees who answer, answered when nobody has it, handled by a handler."""

import re
from collections.abc import Callable, Iterator, Sequence
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mailroom.flows.incoming import document_handlers
from mailroom.flows.incoming.document_handlers import Document, Result
from mailroom.mime import parse
from mailroom.mime.message import Message
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import User
from tests.factories.accounts import AccountFactory
from tests.servers.chromium import axe
from tests.servers.mailbox import Mailbox
from tests.servers.smtp import SmtpServer
from tests.stories import steps
from tests.stories.test_templates import pick

pytestmark = pytest.mark.django_db(transaction=True)
Opener = Callable[..., Page]
MX = "mx.mailroom.test"


def letter(sender: str, to: str, subject: str, text: str, answers: str = "", **fields: str) -> EmailMessage:
    """What somebody's mail program sends."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Message-ID"] = make_msgid(domain="example.net")
    if answers:
        message["In-Reply-To"] = message["References"] = f"<{answers}>"
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def exchange(page: Page) -> None:
    """Send and receive by hand, and wait for the result."""
    steps.go(page, "/sm507010/")
    page.get_by_role("button", name="Process all").click()
    expect(page.get_by_text(re.compile(r"\d+ done")).first).to_be_visible(timeout=30_000)


def processing(page: Page, *options: str) -> None:
    """Activate incoming processing of SALES with these options, not yet saved."""
    steps.go(page, "/sm204002/SALES/")
    page.get_by_role("tab", name="Processing of incoming email").click()
    page.get_by_label("Activate incoming processing").check()
    for option in options:
        page.get_by_label(option, exact=True).check()


def came(mailbox: Mailbox, count: int) -> Message:
    """The newest mail of a mailbox as soon as it has so many."""
    return parse.parse(mailbox.wait_for(count, seconds=30)[-1].raw)


def address_of(page: Page, path: str, address: str) -> None:
    """Give a person this address in a window."""
    steps.go(page, path)
    page.get_by_label("Email", exact=True).fill(address)
    steps.save(page)


def test_a_customers_answer_is_forwarded_and_the_employees_own_program_answers_him(
    at: Opener, worker: Any, sales: EmailAccount, customer: Mailbox, anna: User, accounts: AccountFactory
) -> None:
    """Journey forward-to-employees-by-history: to the address in EP203000, else in SM201010, and back."""
    own, private = accounts.dovecot.add_mailbox("anna"), accounts.dovecot.add_mailbox("anna.user")
    page = at("/sm204002/SALES/")
    processing(page)
    page.get_by_role("tab", name="Content").click()
    page.get_by_label("Trusted authentication servers").fill(MX)
    steps.save(page)
    address_of(page, "/ep203000/E1/", own.address)
    address_of(page, "/sm201010/admin/", private.address)
    steps.queued(sales, customer.address, "Price for 40 crates", anna, later=False)
    offer = came(customer, 1)

    answer = letter(customer.address, sales.email_address, f"Re: {offer.subject}", "Forty, please.", offer.message_id)
    sales.mailbox.deliver_by_lmtp(answer.as_bytes(), sender=customer.address)  # type: ignore[attr-defined]
    exchange(page)
    copy = came(own, 1)
    assert [item.address for item in copy.reply_to] == [sales.email_address]
    assert "Forty, please." in copy.text

    vouched = f"{MX}; dmarc=pass header.from=mailroom.test"
    words = f"They leave on Monday.\n\nOn Tuesday, the customer <{sales.email_address}> wrote:\n> {copy.subject}\n"
    mine = letter(own.address, sales.email_address, f"Re: {copy.subject}", words, copy.message_id)
    mine["Authentication-Results"] = vouched
    sales.mailbox.deliver_by_lmtp(mine.as_bytes(), sender=own.address)  # type: ignore[attr-defined]
    exchange(page)
    reply = came(customer, 2)
    assert [item.address for item in reply.from_] == [sales.email_address]
    assert reply.reply_text == "They leave on Monday."
    assert own.address not in str(reply.headers)

    forwarded = Email.objects.get(direction="incoming", from_address=customer.address)
    steps.go(page, f"/cr306015/{forwarded.pk}/original/?part=history")
    expect(page.locator(".timeline")).to_contain_text(f"Forwarded to Anna Admin <{own.address}>.")
    assert axe(page) == []

    address_of(page, "/ep203000/E1/", "")
    again = letter(customer.address, sales.email_address, f"Re: {reply.subject}", "Good.", reply.message_id)
    sales.mailbox.deliver_by_lmtp(again.as_bytes(), sender=customer.address)  # type: ignore[attr-defined]
    exchange(page)
    assert "Good." in came(private, 1).text


def test_mail_that_nobody_has_is_answered_from_the_reply_address(
    at: Opener, worker: Any, sales: EmailAccount, customer: Mailbox, smtp_server: SmtpServer
) -> None:
    """Journeys reply-to-unassigned and set-up-the-reply-email-address."""
    smtp_server.forget()
    page = at("/sm204002/SALES/")
    page.get_by_label("Reply address").fill("answers@elvestad.example")
    page.get_by_role("tab", name="Processing of incoming email").click()
    expect(page.get_by_label("Reply to unassigned emails", exact=True)).to_be_disabled()
    page.get_by_label("Activate incoming processing").check()
    page.get_by_label("Reply to unassigned emails", exact=True).check()
    pick(page, "Reply template", "Reply to unassigned email")
    steps.save(page)
    person = letter(customer.address, sales.email_address, "Do you sell crates?", "Hello")
    robot = letter("robot@example.net", sales.email_address, "Absence", "Away", Auto_Submitted="auto-replied")
    for one in (robot, person):
        sales.mailbox.deliver_by_lmtp(one.as_bytes())  # type: ignore[attr-defined]
    exchange(page)
    reply = came(customer, 1)
    assert [item.address for item in reply.from_] == ["answers@elvestad.example"]
    assert reply.header("Auto-Submitted") == "auto-replied"
    assert [sent.sender for sent in smtp_server.to(customer.address)] == ["<>"]  # so the library writes a null sender
    assert smtp_server.to("robot@example.net") == []

    steps.go(page, "/sm204002/SALES/")
    page.get_by_role("tab", name="Assignment settings").click()
    pick(page, "Default email owner", "Anna Admin")
    steps.save(page)
    owned = letter(customer.address, sales.email_address, "Another matter", "Hello again")
    sales.mailbox.deliver_by_lmtp(owned.as_bytes())  # type: ignore[attr-defined]
    exchange(page)
    email = Email.objects.get(subject="Another matter")
    steps.go(page, f"/cr306015/{email.pk}/original/?part=history")
    expect(page.locator(".timeline")).to_contain_text("It has an owner or a work group.")
    assert len(customer.raws()) == 1


def handle(email: Email, documents: Sequence[Document]) -> Result:
    """An installation's handler: it counts what a bank sends."""
    count = sum(document.read().count(b"<payment/>") for document in documents)
    return Result(f"{count} payments posted")


@pytest.fixture
def _autopay() -> Iterator[None]:
    document_handlers.register("SALES", "AutoPay", handle)
    yield
    document_handlers.HANDLERS.clear()


@pytest.mark.usefixtures("_autopay")
def test_documents_that_reach_the_autopay_inbox_are_handled_and_the_result_stands_on_the_mail(
    at: Opener, worker: Any, sales: EmailAccount
) -> None:
    """Journey autopay-inbox."""
    page = at("/co409080/")
    processing(page)
    steps.save(page)
    bank = letter("bank@example.net", sales.email_address, "Payments of today", "See the file.")
    bank.add_attachment(b"<payment/><payment/>", maintype="application", subtype="xml", filename="payments.xml")
    sales.mailbox.deliver_by_lmtp(bank.as_bytes())  # type: ignore[attr-defined]
    exchange(page)
    email = Email.objects.get(subject="Payments of today")
    steps.go(page, f"/cr306015/{email.pk}/")
    expect(page.locator("[data-handled]")).to_contain_text("AutoPay: 2 payments posted")
    assert axe(page) == []
