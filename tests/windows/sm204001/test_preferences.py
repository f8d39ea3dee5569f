"""Email preferences: templates that fit, the default account, suspending and resuming."""

from typing import Any

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.flows.receiving import receive
from mailroom.flows.sending import send
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.notifications import standard
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
HERE = "/sm204001/"


@pytest.fixture
def boss(client: Client, administrator: User) -> Client:
    client.force_login(administrator, BACKEND)
    return client


def values(**changes: Any) -> dict[str, Any]:
    return {
        "email_tag_prefix": "[#",
        "email_tag_suffix": "]",
        "archive_emails": "3",
        "automatic_resend_attempts": "2",
    } | changes


def test_preferences_are_saved_and_the_table_shows_the_accounts(boss: Client) -> None:
    account = EmailAccount.objects.create(email_account_id="SALES", email_address="sales@mailroom.test")
    assert boss.post(HERE, values(default_email_account=str(account.pk))).status_code == 303
    found = current.read()
    assert (found.archive_emails, found.automatic_resend_attempts, found.default_email_account) == (3, 2, account)
    assert "sales@mailroom.test" in boss.get(HERE).content.decode()


def test_a_welcome_template_without_its_places_is_refused_with_the_reason(boss: Client) -> None:
    wrong = NotificationTemplate.objects.create(
        notification_id="WRONG", description="Wrong", window_id="SM201010", body="((Name)) ((Company)) ((Username))"
    )
    answer = boss.post(HERE, values(new_user_welcome_email_template=str(wrong.pk)))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "needs ((Company)), ((Name)), ((Username)), ((Password))" in page
    assert "Missing: ((Password))" in page
    shipped = standard.find(standard.WELCOME)
    assert shipped is not None
    assert boss.post(HERE, values(new_user_welcome_email_template=str(shipped.pk))).status_code == 303


def test_suspended_nothing_enters_or_leaves_and_it_resumes(boss: Client, account: EmailAccount) -> None:
    account.mailbox.folder("INBOX").deliver(b"From: ola@example.net\r\nSubject: Hi\r\n\r\nx\r\n")  # type: ignore[attr-defined]
    boss.post(HERE, values(suspend_email_processing="on"))
    assert receive.receive_account(account.pk, clock.now()).error
    assert send.send_account(account.pk, clock.now()).error
    boss.post(HERE, values())
    assert receive.receive_account(account.pk, clock.now()).stored == 1


def test_an_agent_may_not_come_here(client: Client, agent: User) -> None:
    client.force_login(agent, BACKEND)
    assert client.get(HERE).status_code == 403
    assert client.post(HERE, values()).status_code == 403
