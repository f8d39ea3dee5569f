"""Two hundred thousand queued mails leave in flat memory."""

from datetime import datetime

import pytest
from django.db import connection, transaction

from mailroom.flows.sending import bulk
from mailroom.flows.sending.models import SendingOptions
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import compose
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Recipient
from tests.faults import flat_memory, send_books
from tests.servers.sink import SmtpSink

pytestmark = pytest.mark.django_db(transaction=True)
MAILS, PIECE = 200_000, 2_000


def test_a_long_queue_is_sent_in_flat_memory(account: EmailAccount, sink: SmtpSink, now: datetime) -> None:
    """T06 (send half): the process that sends them stays under the ceiling, whatever waits."""
    EmailAccount.objects.filter(pk=account.pk).update(outgoing_server_port=sink.port, group_mails=1000)
    SendingOptions.objects.create(account=account, most_sessions=8)
    for start in range(0, MAILS, PIECE):
        with transaction.atomic():
            to = [[Address("", f"r{number}@example.org")] for number in range(start, start + PIECE)]
            drafts = [DraftFields(account, item, text="Hei") for item in to]
            ids = [compose.create(fields, now, None, index=False).pk for fields in drafts]
        bulk.enqueue_many(ids, now, position=start)
    connection.close()
    worker = ("tests.faults.send_worker", str(account.pk), "0", "0")
    _said, peak = flat_memory.run(*worker, environment=send_books.environment())
    print(f"{MAILS:,} mails sent from {connection.vendor}, peak {peak:.0f} MB")
    assert Recipient.objects.filter(outcome="accepted").count() == MAILS
    assert peak < flat_memory.CEILING_MEGABYTES
