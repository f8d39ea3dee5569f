"""What stories share: a worker as `mailroom up` runs it, an account on real servers, and a signed-in browser."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from mailroom.base import engine
from mailroom.flows import registration
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation.models import PersonSetting, User
from mailroom.records.preferences import current
from tests.factories import pages
from tests.factories.accounts import AccountFactory
from tests.servers.mailbox import Mailbox

Opener = Callable[..., Page]


@pytest.fixture
def worker(transactional_db: None) -> Iterator[engine.Worker]:
    """A worker as `mailroom up` runs it."""
    registration.register()
    running = engine.Worker(concurrency=2)
    running.start()
    yield running
    assert running.stop(timeout=30)


@pytest.fixture
def sales(transactional_db: None, accounts: AccountFactory) -> EmailAccount:
    """The shared account from which everybody writes, on real servers."""
    account = accounts.make(accounts.dovecot.add_mailbox("sales"), email_account_id="SALES", sender_name="Elvestad")
    preferences = current.read()
    preferences.default_email_account = account
    preferences.save()
    return account


@pytest.fixture
def customer(accounts: AccountFactory) -> Mailbox:
    """Ingrid's mailbox, outside of the company."""
    return accounts.dovecot.add_mailbox("ingrid")


@pytest.fixture
def anna(transactional_db: None, administrator: User) -> User:
    """An administrator who has asked for no time to undo."""
    PersonSetting.objects.create(user=administrator, name="undo_seconds", value=0)
    return administrator


@pytest.fixture
def at(open_page: Opener, live_server: LiveServer, anna: User) -> Opener:
    """Opens an address signed in as Anna, or as `user`: `at("/co409080/")`."""

    def open_at(path: str, user: User = anna, **options: object) -> Page:
        page = pages.sign_in(open_page(**options), live_server.url, user)
        page.context.set_default_timeout(20_000)  # the suite shares two cores
        return pages.go(page, f"{live_server.url}{path}")

    return open_at
