"""Ten thousand sessions that fail in every way: sockets, threads and memory stay where they were."""

import threading
import tracemalloc
from datetime import datetime, timedelta

import pytest

from mailroom.flows.receiving import receive
from tests.factories.accounts import AccountFactory
from tests.servers.hostile import script
from tests.servers.hostile.imap import HostileImap
from tests.servers.hostile.pop3 import HostilePop3
from tests.wire.hostile.test_imap_cursors import sockets_of
from tests.wire.hostile.test_receiving_from_hostile_servers import MAILS, account_on

pytestmark = pytest.mark.django_db(transaction=True)
CYCLES = 10_000
MOMENTS = ("connect", "greeting", "LOGIN", "PASS", "EXAMINE", "UID SEARCH", "UID FETCH", "LIST", "UIDL", "RETR")


@pytest.mark.parametrize("kind", [HostileImap, HostilePop3])
def test_ten_thousand_connect_cycles_with_errors(
    accounts: AccountFactory, now: datetime, kind: type[HostileImap] | type[HostilePop3]
) -> None:
    """T38: open sockets and memory are bounded; the last run still gets everything."""
    with kind(MAILS) as server:
        account = account_on(accounts, server, "IMAP" if kind is HostileImap else "POP3")
        sizes = []
        tracemalloc.start()
        for cycle in range(CYCLES // 2):
            server.script = {MOMENTS[cycle % len(MOMENTS)]: script.drop if cycle % 3 else script.reset}
            receive.receive_account(account.pk, now + timedelta(seconds=cycle))
            if cycle % (CYCLES // 20) == 0:
                server.forget()
                sizes.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        assert sockets_of(server.port) <= 4
        assert threading.active_count() < 30
        assert sizes[-1] < sizes[1] + 5_000_000
        server.script = {}
        assert receive.receive_account(account.pk, now + timedelta(days=1)).error == ""
