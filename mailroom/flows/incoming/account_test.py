"""*Test* of SM204002 as a job: its steps are kept as they finish, so that a window shows them one after the other."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from mailroom.base import clock
from mailroom.flows.receiving import probe as receiving_probe
from mailroom.flows.scheduling import jobs
from mailroom.flows.sending import probe as sending_probe
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.email_accounts.probing import ProbeStep
from mailroom.records.organisation.models import Job, User

KIND = "test"
WINDOW = "SM204002"


def start(account: EmailAccount, by: User, now: datetime) -> Job:
    """Begin to test an account."""
    return jobs.start(KIND, account.email_account_id, {"account": account.pk}, "", WINDOW, by, now)


def latest(account: EmailAccount, user: User) -> Job | None:
    """The person's newest test of this account."""
    rows = Job.objects.filter(owner=user, kind=KIND, title=account.email_account_id)
    return rows.order_by("-pk").first()


def steps_of(job: Job | None) -> list[dict[str, Any]]:
    """The steps that have finished, each with protocol, name, passed, seconds, words and advice."""
    return list(job.results.get("steps", ())) if job is not None else []


def steps(account: EmailAccount) -> Iterator[ProbeStep]:
    """Try each configured protocol, incoming first."""
    yield from receiving_probe.steps(account)
    yield from sending_probe.steps(account)


def run(job: Job) -> None:
    """Carry out a test; a step is on the job as soon as it is over."""
    account = EmailAccount.objects.get(pk=job.arguments["account"])
    job.results, job.done, job.failed = {"steps": []}, 0, 0
    for step in steps(account):
        job.results["steps"].append(_plain(step))
        job.done, job.failed = job.done + step.passed, job.failed + (not step.passed)
        job.lease_until = clock.now() + jobs.LEASE
        job.save(update_fields=["results", "done", "failed", "lease_until"])
        if jobs.canceled(job):
            return
    rows = EmailAccount.objects.filter(pk=account.pk)
    rows.update(last_test_at=clock.now(), last_test_passed=not job.failed and bool(job.done))


def _plain(step: ProbeStep) -> dict[str, Any]:
    return {
        "protocol": step.protocol,
        "name": str(step.name),
        "passed": step.passed,
        "seconds": round(step.seconds, 4),
        "words": step.server_words[:500],
        "advice": str(step.advice),
    }


def register() -> None:
    """Let workers carry out tests."""
    jobs.register(KIND, run)
