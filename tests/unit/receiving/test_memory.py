"""Memory stays flat: large mails are held one at a time, whatever the mailbox holds."""

import tracemalloc

import pytest

from mailroom.flows.receiving import receive
from mailroom.flows.receiving.servers.contract import Cursor
from tests.factories.accounts import AccountFactory

pytestmark = pytest.mark.django_db(transaction=True)
LARGE = 9_000_000


@pytest.mark.parametrize(("protocol", "copies"), [("IMAP", 1.6), ("POP3", 2.2)])
def test_large_mails_are_held_one_at_a_time(accounts: AccountFactory, protocol: str, copies: float) -> None:
    """T06: the peak is that of one large mail, not of the mailbox; a growing buffer holds a little more."""
    account = accounts.make(incoming_mail_protocol=protocol)
    raw = b"From: a@example.org\r\nSubject: large\r\n\r\n" + (b"x" * 98 + b"\r\n") * (LARGE // 100)
    account.mailbox.deliver(*[raw.replace(b"large", b"large %d" % number) for number in range(5)])
    session = receive.open_session(account)
    sizes = []
    tracemalloc.start()
    try:
        for part in session.new_messages(Cursor(session.folders("")[0]), frozenset(), LARGE * 2):
            sizes += [len(message.raw) for message in part.messages]
            del part
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        session.close()
    assert len(sizes) == 5
    assert min(sizes) >= LARGE
    assert peak < LARGE * copies + 2_000_000
