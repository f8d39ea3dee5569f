"""Comparing an account with its server, and fetching what is missing, as jobs that a person starts and watches."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from mailroom.base import clock
from mailroom.flows.receiving import reconcile
from mailroom.flows.scheduling import jobs
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation.models import Job, User

COMPARE, FETCH = "reconcile", "fetch-gaps"


def compare(accounts: Sequence[int], window_id: str, by: User, now: datetime) -> Job:
    """Compare these accounts with their servers."""
    return jobs.start(COMPARE, _("Compare with the server"), {"ids": list(accounts)}, _("accounts"), window_id, by, now)


def fetch(accounts: Sequence[int], window_id: str, by: User, now: datetime) -> Job:
    """Fetch what the newest comparison of each of these accounts lists."""
    return jobs.start(FETCH, _("Fetch missing emails"), {"ids": list(accounts)}, _("accounts"), window_id, by, now)


def register() -> None:
    """Let jobs of these kinds be run."""
    jobs.register(COMPARE, _compare)
    jobs.register(FETCH, _fetch)


def _compare(job: Job) -> None:
    for account in _accounts(job):
        made = reconcile.reconcile(account.pk, clock.now())
        counts = {"there": made.on_server, "gaps": made.gaps, "gone": made.gone}
        words = _("%(there)d on the server, %(gaps)d not here, %(gone)d gone from the server") % counts
        jobs.tell(job, account.email_account_id, made.error, words)


def _fetch(job: Job) -> None:
    for account in _accounts(job):
        result = reconcile.fetch(account, clock.now())
        words = _("%(fetched)d fetched") % {"fetched": result.fetched}
        jobs.tell(job, account.email_account_id, result.error, words)


def _accounts(job: Job) -> Iterator[EmailAccount]:
    """Those that are left where a worker that died had begun, until the job is canceled."""
    left = job.arguments["ids"][job.done + job.failed :]
    found = EmailAccount.objects.in_bulk(left)
    for key in left:
        if key not in found or jobs.canceled(job):
            return
        yield found[key]
