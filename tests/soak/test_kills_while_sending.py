"""A thousand kills of sending workers: one, four and eight workers share them."""

from datetime import datetime

import pytest

from mailroom.flows.sending.models import SendingOptions
from tests.factories.accounts import AccountFactory
from tests.faults import send_books
from tests.servers.hostile.smtp import HostileSmtp

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("workers", "sessions", "kills"), [(1, 1, 400), (4, 4, 300), (8, 8, 300)])
def test_a_thousand_kills_lose_nothing_and_double_nothing(
    accounts: AccountFactory, now: datetime, workers: int, sessions: int, kills: int
) -> None:
    """T12, T04, T51 at full size."""
    with HostileSmtp() as server:
        account = accounts.make(outgoing_server_port=server.port)
        SendingOptions.objects.create(account=account, most_sessions=sessions)
        send_books.queue(account, kills * 6, now)
        books = send_books.kill(account, server, kills, workers, seed=workers)
    assert books.kills == kills
    send_books.compare(books, kills * 6, sessions)
