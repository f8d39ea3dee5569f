"""Two hundred thousand queued mails leave in flat memory."""

import resource
from datetime import datetime

import pytest
from django.db import transaction

from mailroom.flows.sending import bulk, send
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import compose
from mailroom.records.emails.compose import DraftFields
from tests.servers.sink import SmtpSink

pytestmark = pytest.mark.django_db(transaction=True)
MAILS, PIECE, CEILING_MEGABYTES = 200_000, 2_000, 200


def test_a_long_queue_is_sent_in_flat_memory(account: EmailAccount, sink: SmtpSink, now: datetime) -> None:
    """T06 (send half): what the queue adds to the process stays under the ceiling."""
    EmailAccount.objects.filter(pk=account.pk).update(outgoing_server_port=sink.port, group_mails=1000)
    for start in range(0, MAILS, PIECE):
        with transaction.atomic():
            to = [[Address("", f"r{number}@example.org")] for number in range(start, start + PIECE)]
            ids = [compose.create(DraftFields(account, item, text="Hei"), now, None).pk for item in to]
        bulk.enqueue_many(ids, now, position=start)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert send.send_account(account.pk, now, read_clock=lambda: now).sent == MAILS
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < CEILING_MEGABYTES
