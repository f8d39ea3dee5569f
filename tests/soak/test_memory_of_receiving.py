"""The big sizes of receiving: many large mails, and very many small ones."""

from pathlib import Path

import pytest

from tests.faults.flat_memory import CEILING_MEGABYTES, Receiver, large
from tests.servers.dovecot import DovecotServer
from tests.servers.migrated import Migrated


@pytest.mark.parametrize("protocol", ["IMAP", "POP3"])
@pytest.mark.parametrize(("mails", "size"), [(25, 50_000_000), (100_000, 2_000)])
def test_a_mailbox_of_any_size_is_received_under_the_ceiling(
    tmp_path: Path, migrated: Migrated, dovecot: DovecotServer, protocol: str, mails: int, size: int
) -> None:
    """T06 (receive half)."""
    mailbox = dovecot.add_mailbox()
    receiver = Receiver(migrated.lay_down(tmp_path / "data"), dovecot, mailbox, protocol)
    for number in range(mails):
        mailbox.deliver(large(number, size))
    stored, peaks = 0, []
    while stored < mails:  # a run takes a bounded number of mails
        result, peak = receiver.receive()
        assert (result["error"], result["quarantined"]) == ("", 0)
        assert result["stored"]
        stored += result["stored"]
        peaks.append(peak)
    assert max(peaks) < CEILING_MEGABYTES
