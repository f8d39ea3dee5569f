"""Mails of 50 MB are received in flat memory: the whole way, from a real server to files and rows."""

from pathlib import Path

import pytest

from tests.faults.flat_memory import CEILING_MEGABYTES, Receiver, large
from tests.servers.dovecot import DovecotServer
from tests.servers.migrated import Migrated

FIFTY, MAILS = 50_000_000, 4


@pytest.mark.parametrize("protocol", ["IMAP", "POP3"])
def test_mails_of_fifty_megabytes_stay_under_the_ceiling(
    tmp_path: Path, migrated: Migrated, dovecot: DovecotServer, protocol: str
) -> None:
    """T06 (receive half): the peak of the receiving process, not of one function."""
    mailbox = dovecot.add_mailbox()
    receiver = Receiver(migrated.lay_down(tmp_path / "data"), dovecot, mailbox, protocol)
    for number in range(MAILS):
        mailbox.deliver(large(number, FIFTY))
    result, peak = receiver.receive()
    assert (result["stored"], result["error"]) == (MAILS, "")
    assert peak < CEILING_MEGABYTES
