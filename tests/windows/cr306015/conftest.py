"""A signed-in writer, an account that sends to a real server, and pages of the writing window."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation.models import Employee, User
from tests.factories import pages
from tests.factories.accounts import AccountFactory

Opener = Callable[..., Page]


@pytest.fixture
def sales(db: None) -> EmailAccount:
    """The account that people write from."""
    return EmailAccount.objects.create(
        email_account_id="SALES", email_address="sales@elvestad.example.com", sender_name="Elvestad"
    )


@pytest.fixture
def writer(client: Client, agent: User) -> Client:
    """An agent's browser without script."""
    client.force_login(agent, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def stranger(db: None) -> Client:
    """An agent who sees none of the mail: it is owned by somebody else."""
    user = User.objects.create_user("ola", "ola@mailroom.test", "correct horse battery", role="agent")
    Employee.objects.create(employee_id="E3", name="Ola", email="ola@mailroom.test", user=user)
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def live_account(transactional_db: None, accounts: AccountFactory) -> EmailAccount:
    """An account on the private servers, for whoever writes in a browser."""
    return accounts.make(sender_name="Elvestad")


@pytest.fixture
def at(open_page: Opener, live_server: LiveServer, live_account: EmailAccount, agent: User) -> Opener:
    """Opens a page signed in as Kari, or as `person`, through the session's cookie."""

    def open_at(path: str = "/cr306015/new/", person: User = agent, **options: object) -> Page:
        page = pages.sign_in(open_page(**options), live_server.url, person)
        page.set_default_navigation_timeout(30_000)  # the first page of a busy machine takes its time
        return pages.go(page, f"{live_server.url}{path}")

    return open_at
