"""A hundred workers are killed while they send, others stop dead, and the server's books equal the ledger."""

from datetime import datetime

import pytest

from mailroom.flows.sending import journal
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


def test_a_worker_that_stops_dead_is_replaced_by_another_and_sends_nothing_more_when_it_wakes(
    accounts: AccountFactory, now: datetime
) -> None:
    """T41: two processes; when the lease of the stuck one is over, only its mail in flight is in doubt."""
    with HostileSmtp() as server:
        account = accounts.make(outgoing_server_port=server.port)
        SendingOptions.objects.create(account=account, most_sessions=3)
        send_books.queue(account, 60, now)
        books = send_books.freeze(account, server, after=10, lease=int(journal.LEASE.total_seconds()))
    send_books.compare(books, 60, 3)
    assert "in_doubt" in books.ledger.values()
