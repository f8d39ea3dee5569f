"""A mass email from its campaign to the answer that comes back, by window, worker and real servers."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mailroom.base import clock
from mailroom.mime.message import Message
from mailroom.records.crm import marketing
from mailroom.records.crm.models import Campaign, Contact, MarketingList, Unsubscribed
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from tests.servers.chromium import axe
from tests.servers.mailbox import Mailbox
from tests.stories import steps
from tests.stories.test_mail_that_comes_in import came, exchange, letter, processing
from tests.stories.test_templates import pick

pytestmark = pytest.mark.django_db(transaction=True)
Opener = Callable[..., Page]


def write(page: Page) -> None:
    """A mass email to the campaign, saved."""
    steps.go(page, "/cr308000/new/")
    page.get_by_label("Description").fill("Autumn offer")
    pick(page, "From", "SALES")
    page.get_by_label("Subject").fill("Crates for ((FirstName))")
    page.locator(".jodit-wysiwyg").fill("Dear ((Name)), apples want crates.")
    page.get_by_role("tab", name="Sources").click()
    page.locator("#id_source").select_option("campaigns")
    page.get_by_label("Autumn crates").check()
    steps.save(page)


def prepare_and_send(page: Page) -> None:
    """Prepare, look at the preview, and send."""
    page.get_by_role("button", name="Prepare", exact=True).click()
    steps.toast(page, "1 recipient, 1 is left out")
    page.get_by_role("tab", name="Recipients").click()
    expect(page.locator("[data-outcome=skipped]")).to_contain_text("There is no email address.")
    page.get_by_role("button", name="Preview", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Crates for Ingrid")
    expect(dialog.frame_locator("iframe").get_by_text("Dear Ingrid Solheim, apples want crates.")).to_be_visible()
    dialog.get_by_role("button", name="Close").last.click()
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Send 1 email").click()


def answered(page: Page, sales: EmailAccount, customer: Mailbox, mail: Message) -> Email:
    """The customer answers without changing the subject, from a program that names no Message-ID."""
    answer = letter(customer.address, sales.email_address, f"Re: {mail.subject}", "Ten, please.")
    sales.mailbox.deliver_by_lmtp(answer.as_bytes(), sender=customer.address)  # type: ignore[attr-defined]
    exchange(page)
    return Email.objects.get(direction="incoming", from_address=customer.address)


def test_an_answer_to_a_mass_mail_is_tied_to_contact_campaign_and_mail(
    at: Opener, worker: Any, sales: EmailAccount, customer: Mailbox
) -> None:
    """Journey mass-mail-replies."""
    ingrid = Contact.objects.create(name="Ingrid Solheim", email=customer.address)
    without = Contact.objects.create(name="Nils Uten")
    campaign = Campaign.objects.create(campaign_id="CAMP-7", name="Autumn crates", created_at=clock.now())
    marketing.add(campaign, [ingrid, without], clock.now())
    page = at("/sm204002/SALES/")
    processing(page)
    steps.save(page)

    write(page)
    address = re.sub(r"https?://[^/]+", "", page.url)
    prepare_and_send(page)
    mail = came(customer, 1)
    assert mail.subject.startswith("Crates for Ingrid [#")
    assert mail.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    expect(page.locator("[data-figure=sent]")).to_have_text("1", timeout=30_000)

    answer = answered(page, sales, customer, mail)
    for where in (f"/cr302000/{ingrid.pk}/", "/cr202000/CAMP-7/", address):
        steps.go(page, where)
        page.get_by_role("tab", name="Activities").click()
        expect(page.locator("#timeline")).to_contain_text(answer.subject)
    expect(page.locator("[data-figure=replied]")).to_have_text("1")
    assert axe(page) == []
    steps.go(page, f"/cr306015/{answer.pk}/")
    expect(page.locator("#slip")).to_contain_text("CAMP-7 Autumn crates")

    link = re.search(r"<(https?://[^/]+)?(/unsubscribe/[^>]+)>", mail.header("List-Unsubscribe"))
    assert link is not None
    steps_url = "/".join(page.url.split("/")[:3])
    page.goto(f"{steps_url}{link[2]}")
    page.get_by_role("button", name="Unsubscribe from all").click()
    expect(page.get_by_role("heading")).to_have_text("You are unsubscribed")
    assert axe(page) == []
    assert Unsubscribed.objects.get().key == customer.address


def test_contacts_of_all_pages_are_added_to_a_list_and_taken_off_again(at: Opener, worker: Any) -> None:
    """Chosen over all pages, added by a job that the window shows, taken back by its Undo; one alone by Ctrl+K."""
    people = [Contact(name=f"Per {n:03}", email=f"per{n}@example.net") for n in range(60)]
    Contact.objects.bulk_create(people)
    of = MarketingList.objects.create(list_id="NEWS", name="Crate news")
    page = at("/cr302000/")
    page.get_by_label("Select all on this page").check()
    page.get_by_role("button", name="Select all 60").click()
    steps.in_menu(page, "Actions", "Add to list")
    dialog = page.get_by_role("dialog")
    pick(page, "Marketing list", "Crate news")
    assert axe(page) == []
    dialog.get_by_role("button", name="Add 60 contacts").click()
    expect(page.locator("#job")).to_contain_text("60 done, 0 failed")
    assert of.members.count() == 60
    page.locator("#job").get_by_role("button", name="Undo").click()
    expect(page.locator("#job")).to_contain_text("Undo: Add to Crate news: Done.")
    assert of.members.count() == 0

    steps.go(page, f"/cr302000/{people[0].pk}/")
    page.keyboard.press("Control+k")
    page.keyboard.type("Add to list")
    page.get_by_role("option", name="Add to list").first.click()
    pick(page, "Marketing list", "Crate news")
    page.get_by_role("dialog").get_by_role("button", name="Add 1 contact").click()
    expect(page.locator("#job")).to_contain_text("1 done, 0 failed")
    assert of.members.get().contact == people[0]


def test_marketing_sees_why_a_contact_gets_no_mail_and_lifts_it(at: Opener) -> None:
    ingrid = Contact.objects.create(name="Ingrid Solheim", email="ingrid@example.net")
    marketing.unsubscribe(ingrid.email, None, clock.now())
    page = at(f"/cr302000/{ingrid.pk}/")
    expect(page.locator("[data-unsubscribed]")).to_contain_text("Wants no mass mail at all")
    assert axe(page) == []
    page.locator("[data-unsubscribed]").get_by_role("button", name="Subscribe again").click()
    page.get_by_role("dialog").get_by_role("button", name="Subscribe again").click()
    steps.toast(page, "This address gets mass mail again.")
    steps.go(page, f"/cr302000/{ingrid.pk}/")
    expect(page.locator("[data-unsubscribed]")).to_have_count(0)
