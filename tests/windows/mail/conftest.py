"""Mail that was received and stored by the real path, and people who may or may not see it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from mailroom.mime import parse
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import received
from mailroom.records.emails.models import Email
from mailroom.records.emails.received import Received
from mailroom.records.files import store
from mailroom.records.organisation.models import Employee, User
from tests.factories import pages

BACKEND = "django.contrib.auth.backends.ModelBackend"
START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def account(db: None) -> EmailAccount:
    return EmailAccount.objects.create(email_account_id="SALES", email_address="sales@mailroom.test")


@pytest.fixture
def file_mail(account: EmailAccount, agent: User) -> Callable[..., Email]:
    """Stores a message as if it had been fetched: `file_mail(raw)`; its owner is the agent."""

    def file(raw: bytes, owner: Employee | None = agent.employee) -> Email:
        message = parse.parse(raw)
        stored = store.put_many([raw, *(item.content for item in message.attachments)])
        files = [
            received.ReceivedFile(item.name, item.type, item.size, item.content_id, item.inline, kept)
            for item, kept in zip(message.attachments, stored[1:], strict=True)
        ]
        item = Received(message, bytes(stored[0].sha256), len(raw), START, files, owner_id=owner.pk if owner else None)
        prepared = received.prepare(account, item, START + timedelta(days=30))
        with transaction.atomic():
            found = received.write(account, [prepared])
        return Email.objects.get(pk=found[0])

    return file


def letter(number: int = 1, body: str = "Hello", kind: str = "plain", answers: int = 0, **fields: str) -> bytes:
    """A small message; `answers` names the number of the one it answers."""
    when = START + timedelta(minutes=number)
    heads = {
        "From": "Ingrid Solheim <ingrid@fjellbekk.example>",
        "To": "sales@mailroom.test",
        "Subject": "Invoice 104821",
        "Date": when.strftime("%a, %d %b %Y %H:%M:%S +0000"),
        "Message-ID": f"<{number}@fjellbekk.example>",
        "MIME-Version": "1.0",
        "Content-Type": f"text/{kind}; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    if answers:
        heads |= {"In-Reply-To": f"<{answers}@fjellbekk.example>", "References": f"<{answers}@fjellbekk.example>"}
    return ("".join(f"{name}: {value}\r\n" for name, value in heads.items()) + f"\r\n{body}").encode()


def with_files(number: int, *files: tuple[str, str, bytes]) -> bytes:
    """A message with files: (name, type, content)."""
    from email.message import EmailMessage

    message = EmailMessage()
    message["From"], message["To"] = "Ingrid Solheim <ingrid@fjellbekk.example>", "sales@mailroom.test"
    message["Subject"], message["Message-ID"] = "With files", f"<{number}@fjellbekk.example>"
    message["Date"] = START + timedelta(minutes=number)
    message.set_content("See the files.")
    for name, kind, content in files:
        main, _slash, sub = kind.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


@pytest.fixture
def signed_in(client: Client, agent: User) -> Client:
    """A client signed in as the agent, who owns the mail."""
    client.force_login(agent, BACKEND)
    return client


def somebody(login: str, role: str = "agent", **fields: Any) -> User:
    """Another person who is an employee."""
    user = User.objects.create_user(login, f"{login}@mailroom.test", "correct horse battery", role=role, **fields)
    Employee.objects.create(employee_id=login.upper(), name=str(user), user=user)
    return user


@pytest.fixture
def stranger(db: None) -> Client:
    """A client signed in as an agent who may not see the agent's mail."""
    client = Client()
    client.force_login(somebody("per", full_name="Per Strand"), BACKEND)
    return client


@pytest.fixture
def teammate(db: None) -> Client:
    """A client signed in as a supervisor, who may see and do everything with shared mail."""
    client = Client()
    client.force_login(somebody("anna", "supervisor", full_name="Anna Berg"), BACKEND)
    return client


@pytest.fixture
def at(open_page: Callable[..., Page], live_server: LiveServer, agent: User) -> Callable[..., Page]:
    """Opens a page, signed in as the agent, or as `person`."""

    def open_at(path: str, person: User = agent, **options: object) -> Page:
        return pages.go(pages.sign_in(open_page(**options), live_server.url, person), f"{live_server.url}{path}")

    return open_at
