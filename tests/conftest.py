"""What every test can ask for: real servers, accounts that point at them, people, a browser."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import translation

from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation.models import Employee, User
from tests import emptying, hashing
from tests.factories.accounts import AccountFactory
from tests.servers import certificates, postgres, processes
from tests.servers import migrated as migrations
from tests.servers.app import App
from tests.servers.dovecot import DovecotServer
from tests.servers.migrated import Migrated
from tests.servers.oauth import OAuthServer
from tests.servers.sink import SmtpSink
from tests.servers.smtp import SmtpServer

pytest_plugins = ["tests.servers.chromium"]
LONG_FILES = tuple(f"tests/{room}/" for room in ("faults", "packaging", "corpus", "api", "stories", "unit/keeping"))
A_PAGE = "chromium"  # the fixture of whatever opens a page in the browser
BESIDE_A_PAGE = {"worker", "app", "installed"}  # a worker of the engine, which has another home on each database
TEST_DATABASE = {"db", "transactional_db", "live_server"}  # fixtures for which pytest-django makes one
DATABASE_FIXTURES = TEST_DATABASE | {"app", "installed"}


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker that selects what is run on both databases, and make the end of a test and its people cheap."""
    emptying.install()
    hashing.install()
    hypothesis.settings.register_profile("suite", deadline=None)  # the suite shares two cores
    hypothesis.settings.load_profile("suite")
    config.addinivalue_line("markers", "database: run on SQLite and on PostgreSQL; _runs_on_both says which")


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark the tests that are run on both databases, and let the files that take a minute come first.

    A file stays with one of the two processes: a long one that comes last would leave the other without work.
    """
    for item in items:
        if _runs_on_both(item):
            item.add_marker("database")
    yield
    items.sort(key=lambda item: not item.nodeid.startswith(LONG_FILES))


def _runs_on_both(item: pytest.Item) -> bool:
    """Whether a test touches the database and is about more than a page in the browser (docs/decisions/0125)."""
    fixtures = set(getattr(item, "fixturenames", ()))
    touches = _uses_one_of(item, DATABASE_FIXTURES)
    return touches and (A_PAGE not in fixtures or bool(fixtures & BESIDE_A_PAGE))


def _uses_one_of(item: pytest.Item, fixtures: set[str]) -> bool:
    marked = item.get_closest_marker("django_db") is not None
    return marked or bool(fixtures & set(getattr(item, "fixturenames", ())))


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Migrated]:
    """Keeps a copy of the fresh database. Sessions that threads keep for reuse end before the database is dropped."""
    kept = Migrated()
    if any(_uses_one_of(item, TEST_DATABASE) for item in request.session.items):
        with django_db_blocker.unblock():
            kept = migrations.keep()
    yield kept
    if kept.name:
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        postgres.drop_database(postgres.of_this_run(), kept.name)


@pytest.fixture(scope="session")
def migrated(django_db_setup: Migrated) -> Migrated:
    """An empty database that was migrated, for installations to begin with."""
    return django_db_setup


@pytest.fixture(scope="session", autouse=True)
def _data_folder() -> Iterator[None]:
    """The data folder goes when the tests are over."""
    yield
    shutil.rmtree(os.environ["MAILROOM_DATA"], ignore_errors=True)


@pytest.fixture(autouse=True)
def _in_english() -> None:
    """A page that was asked for in another language leaves it active in the test's thread (LocaleMiddleware)."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


@pytest.fixture
def now() -> datetime:
    """The moment at which tests take place."""
    return datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[DovecotServer]:
    """A private Dovecot; ask it for fresh mailboxes."""
    folder = processes.own_folder("certificates")
    relay_port = processes.free_port()
    server = DovecotServer(certificates.make(Path(folder)), OAuthServer(), relay_port)
    server.relay_port = relay_port  # type: ignore[attr-defined]  # the SMTP server listens there for Dovecot's submission
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def smtp_server(dovecot: DovecotServer) -> Iterator[SmtpServer]:
    """A private SMTP server that delivers to Dovecot's mailboxes and remembers every envelope."""
    server = SmtpServer(dovecot, dovecot.relay_port).start()  # type: ignore[attr-defined]  # set above
    yield server
    server.stop()


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """Postfix's smtp-sink, for volume."""
    server = SmtpSink()
    yield server
    server.stop()


@pytest.fixture
def app() -> Iterator[App]:
    """The product as a process of its own, not yet started: `app.start()`."""
    installation = App()
    yield installation
    installation.close()


@pytest.fixture
def installed(transactional_db: None, migrated: Migrated) -> Iterator[App]:
    """The same with its tables made, for tests that are not about their making."""
    installation = App(migrated)
    yield installation
    installation.close()


@pytest.fixture
def accounts(db: None, dovecot: DovecotServer, smtp_server: SmtpServer) -> AccountFactory:
    """Makes accounts on the private servers, each with a fresh mailbox."""
    return AccountFactory(dovecot, smtp_server)


@pytest.fixture
def account(accounts: AccountFactory) -> EmailAccount:
    """One IMAP account with an empty mailbox: `account.mailbox` is the server's side of it."""
    return accounts.make()


@pytest.fixture
def administrator(db: None) -> User:
    """An administrator who is an employee too."""
    user = User.objects.create_user("admin", "admin@mailroom.test", "correct horse battery", role="administrator")
    Employee.objects.create(employee_id="E1", name="Anna Admin", email="anna@mailroom.test", user=user)
    return user


@pytest.fixture
def agent(db: None) -> User:
    """An agent who is an employee."""
    user = User.objects.create_user(
        "kari", "kari@mailroom.test", "correct horse battery", role="agent", full_name="Kari Nordmann"
    )
    Employee.objects.create(employee_id="E2", name="Kari Nordmann", email="kari@mailroom.test", user=user)
    return user
