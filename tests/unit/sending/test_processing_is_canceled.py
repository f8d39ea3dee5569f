"""Process of SM507000 over a slow server: Cancel is heard between two mails, and what was not tried waits as before."""

from datetime import timedelta

import pytest

from mailroom.base import clock
from mailroom.flows.incoming import jobs as processing
from mailroom.flows.scheduling import jobs
from mailroom.flows.sending import outbox
from mailroom.flows.sending.outbox import NewEmail
from mailroom.mime.message import Address
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.compose import DraftFields
from mailroom.records.emails.models import Email, Status
from mailroom.records.organisation.models import Job, User
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)


def test_cancel_amid_a_group_gives_back_what_was_not_tried(
    account: EmailAccount,
    smtp_server: SmtpServer,
    agent: User,
    small_batches: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    later = clock.now() + timedelta(days=1)
    ids = []
    for number in range(10):
        draft = DraftFields(account=account, to=[Address("", f"p{number}@example.org")], subject="Hei", text="Hello")
        ids.append(outbox.create(NewEmail(draft, send=True, send_at=later), clock.now(), None).pk)
    job = processing.start_processing(ids, "SM507000", agent, clock.now())
    monkeypatch.setattr(jobs, "canceled", lambda _job: len(smtp_server.sent_by(account.email_address)) >= 2)
    processing._process(job)
    job = Job.objects.get(pk=job.pk)
    waiting = Email.objects.filter(pk__in=ids, status=Status.PENDING)
    assert 2 <= job.done < 10
    assert job.failed == 0
    assert job.done == len(smtp_server.sent_by(account.email_address))
    assert waiting.count() == 10 - job.done
    assert set(waiting.values_list("start_at", flat=True)) == {later}
    assert set(waiting.values_list("next_attempt_at", flat=True)) == {later}
