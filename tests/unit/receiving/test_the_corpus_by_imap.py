"""Real and broken mail of every kind comes through a real IMAP server as it is."""

from datetime import datetime
from hashlib import sha256

import pytest

from mailroom.flows.receiving import receive
from mailroom.flows.receiving.models import QuarantinedMessage
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from tests.corpus import reader

EVERY = 10  # the soak suite takes each


@pytest.mark.django_db(transaction=True)
def test_the_corpus_arrives_whole_by_imap(account: EmailAccount, now: datetime) -> None:
    """T19: each file is stored once, whatever it is, and none is quarantined."""
    if not reader.ROOT.is_dir():
        pytest.skip("the corpus is not on this machine")
    files = sorted({sample.path for sample in reader.samples()})[::EVERY]
    raws = {raw for path in files if (raw := (reader.ROOT / path).read_bytes()).strip()}
    inbox = account.mailbox.folder("INBOX")
    for raw in raws:
        inbox.deliver(raw)
    result = receive.receive_account(account.pk, now)
    assert (result.error, result.quarantined) == ("", 0)
    stored = {bytes(digest) for digest in Email.objects.values_list("raw_sha256", flat=True)}
    assert result.stored == len(stored)
    assert stored == {sha256(raw).digest() for raw in inbox.raws()}  # as another client is given them
    assert not QuarantinedMessage.objects.exists()
