"""A hundred workers are killed while they send, and the server's books equal the ledger."""

from datetime import datetime

import pytest

from mailroom.flows.sending.models import SendingOptions
from tests.factories.accounts import AccountFactory
from tests.faults import send_books
from tests.servers.hostile.smtp import HostileSmtp

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("workers", "sessions", "kills", "count"), [(1, 1, 70, 300), (4, 3, 30, 200)])
def test_killed_at_any_instant_nothing_is_lost_and_nothing_doubled(
    accounts: AccountFactory, now: datetime, workers: int, sessions: int, kills: int, count: int
) -> None:
    """T12, T04, T51: the lease returns, and only the mail in flight of each session is in doubt."""
    with HostileSmtp() as server:
        account = accounts.make(outgoing_server_port=server.port)
        SendingOptions.objects.create(account=account, most_sessions=sessions)
        send_books.queue(account, count, now)
        books = send_books.kill(account, server, kills, workers, seed=workers)
    assert books.kills == kills
    send_books.compare(books, count, sessions)
