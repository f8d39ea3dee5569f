"""Quarantined files are released by an administrator, oversized mail is fetched on demand: by window and by API."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from mailroom.base import clock
from mailroom.flows.receiving import receive
from mailroom.flows.receiving.models import ReceivingOptions, ServerMessage
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Attachment, Email
from mailroom.records.files import store
from mailroom.records.organisation import people, sign_in
from mailroom.records.organisation.models import User
from tests.factories import pages
from tests.factories.accounts import AccountFactory
from tests.factories.mails import file, letter
from tests.factories.pages import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
RELEASE, WHOLE = "/cr306015/do/release/", "/cr306015/do/fetch-whole/"


@pytest.fixture
def quarantined(account: EmailAccount, now: datetime) -> Email:
    """A received mail with a file that its account does not allow."""
    ReceivingOptions.objects.create(account=account, allowed_attachment_types="pdf")
    account.mailbox.folder("INBOX").deliver(letter("held", parts=[file("macro.xlsm", b"macro")]))
    assert receive.receive_account(account.pk, now).error == ""
    return Email.objects.get(account=account)


def oversized(accounts: AccountFactory, now: datetime, protocol: str = "IMAP") -> Email:
    """A mail of which only the header is here, on an account that deletes what it has received."""
    account = accounts.make(incoming_mail_protocol=protocol)
    ReceivingOptions.objects.create(account=account, largest_email_bytes=1000, remove_messages_from_server=True)
    account.mailbox.folder("INBOX").deliver(letter("big", parts=[file("big.pdf", b"x" * 5000)]))
    assert receive.receive_account(account.pk, now).error == ""
    email = Email.objects.select_related("account").get(account=account)
    email.account.mailbox = account.mailbox  # type: ignore[attr-defined]  # the server's side, for the test
    return email


def state(email: Email) -> str:
    return Attachment.objects.get(email=email).state


def test_an_administrator_releases_a_file_and_the_history_tells_who(quarantined: Email, administrator: User) -> None:
    client = signed_in(administrator)
    assert "Release files" in client.get(f"/cr306015/{quarantined.pk}/").content.decode()
    client.post(RELEASE, {"ids": quarantined.pk})
    assert state(quarantined) == "delivered"
    row = quarantined.status_changes.get(action="release")
    assert (row.by, row.reason) == (administrator, "macro.xlsm")
    assert "Release files" not in client.get(f"/cr306015/{quarantined.pk}/").content.decode()


def test_nobody_else_releases_a_file(quarantined: Email, administrator: User, agent: User) -> None:
    assert signed_in(agent).post(RELEASE, {"ids": quarantined.pk}).status_code in {403, 404}
    assert Client().post(RELEASE, {"ids": quarantined.pk}).status_code in {302, 403, 404}
    assert signed_in(administrator).post(RELEASE, {"ids": 999_999}).status_code == 404
    assert signed_in(administrator).post(RELEASE, {"ids": "x"}).status_code == 404
    assert signed_in(administrator).get(RELEASE).status_code == 405
    assert state(quarantined) == "quarantined"


def test_the_api_releases_a_file_for_administrators_alone(live_server: Any, quarantined: Email) -> None:
    path = f"{live_server.url}/api/v1/emails/{quarantined.pk}/attachments"
    key = Attachment.objects.get(email=quarantined).pk

    def post(role: str, attachment: int) -> int:
        token = sign_in.make_token(
            people.create_user(f"{role}{attachment}{clock.now().timestamp()}", "", role), clock.now()
        )
        answer = httpx.post(
            f"{path}/{attachment}/release", headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=30
        )
        return answer.status_code

    assert post("agent", key) == 403
    assert post("administrator", key + 1) == 404
    assert post("administrator", key) == 200
    assert state(quarantined) == "delivered"
    assert post("administrator", key) == 409


@pytest.mark.parametrize("protocol", ["IMAP", "POP3"])
def test_oversized_mail_stays_on_the_server_and_is_fetched_on_demand(
    accounts: AccountFactory, now: datetime, administrator: User, protocol: str
) -> None:
    """T40: never cut in silence: the header with a note, then by a person's wish the whole."""
    email = oversized(accounts, now, protocol)
    mailbox = email.account.mailbox  # type: ignore[attr-defined]  # set above
    whole = letter("big", parts=[file("big.pdf", b"x" * 5000)])
    assert mailbox.folder("INBOX").raws() == [whole]
    client = signed_in(administrator)
    assert "Fetch the whole email" in client.get(f"/cr306015/{email.pk}/").content.decode()
    client.post(WHOLE, {"ids": email.pk})
    email.refresh_from_db()
    assert store.read(bytes(email.raw_sha256 or b"")) == whole
    assert email.attachments.get().name == "big.pdf"
    assert not ServerMessage.objects.get(email=email).cut
    assert receive.receive_account(email.account_id, now).error == ""
    assert Email.objects.filter(account=email.account).count() == 1
    assert mailbox.folder("INBOX").raws() == []


def test_what_has_gone_from_the_server_is_told(accounts: AccountFactory, now: datetime, administrator: User) -> None:
    email = oversized(accounts, now)
    email.account.mailbox.folder("INBOX").expunge()  # type: ignore[attr-defined]  # set above
    visitor = signed_in(administrator)
    answer = visitor.post(WHOLE, {"ids": email.pk}, headers={"HX-Request": "true"})
    assert "not on the server any more" in visitor.get(answer.headers["HX-Redirect"]).content.decode()


def test_the_reading_pane_says_how_large_an_email_is_and_fetches_the_rest(
    accounts: AccountFactory, now: datetime, live_server: Any, administrator: User, open_page: Callable[..., Page]
) -> None:
    email = oversized(accounts, now)
    page = pages.sign_in(open_page(), live_server.url, administrator)
    where = pages.go(page, f"{live_server.url}/co409000/?open={email.pk}").url
    banner = page.locator("#reader [data-header-only]")
    expect(banner).to_contain_text("KB, more than its account takes")
    banner.get_by_role("button", name="Fetch the whole email").click()
    expect(page.locator("#toasts")).to_contain_text("The whole email is here now")
    expect(banner).to_have_count(0)
    expect(page.locator("#reader")).to_contain_text("big.pdf")
    expect(page).to_have_url(where)
