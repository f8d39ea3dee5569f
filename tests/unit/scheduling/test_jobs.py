"""What a worker carries out for a person."""

from datetime import datetime

import pytest
from django.utils import translation
from django.utils.translation import gettext

from mailroom.flows.incoming import jobs as exchanges
from mailroom.flows.incoming.exchange import Exchange
from mailroom.flows.scheduling import jobs
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation.models import User


@pytest.mark.django_db
def test_who_started_a_job_reads_its_words_in_his_own_language(
    account: EmailAccount, agent: User, now: datetime
) -> None:
    User.objects.filter(pk=agent.pk).update(language="nb")
    EmailAccount.objects.filter(pk=account.pk).update(active=False)
    job = exchanges.start_exchange(Exchange.RECEIVE_ALL, [account.pk], "SM507010", agent, now)
    jobs.run(job.pk)
    job.refresh_from_db()
    with translation.override("nb"):
        words = gettext("The account is not active.")
    assert words != "The account is not active."
    assert words in job.results[account.email_account_id]["words"]
