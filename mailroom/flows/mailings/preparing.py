"""*Prepare* of a mass email as a job: recipients are frozen a batch a transaction, and who waits sees how far."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailroom.base import mapping
from mailroom.flows.mailings import prepare, recipients, responses, text
from mailroom.flows.mailings.models import MassEmail, MassEmailRecipient, Reason
from mailroom.flows.mailings.prepare import State
from mailroom.flows.scheduling import jobs
from mailroom.records.emails import status
from mailroom.records.organisation.models import Job, User
from mailroom.records.organisation.models.jobs import JobState

KIND = "prepare"
WINDOW = "CR308000"
BATCH = 500
STOPPED = gettext_lazy("Preparing was stopped before its end; Recipients lists only whom it had come to.")


@transaction.atomic
def start(mass_email_id: int, by: User | None, now: datetime) -> Job:
    """Freeze the recipients in the background, anew where it was prepared before.

    Raises status.Refused when mail has gone out or it is being prepared, text.NotReady or lines.Wrong when it cannot be
    prepared as it stands.
    """
    mass_email = _checked(mass_email_id, now)
    job = jobs.start(KIND, _title(mass_email), _arguments(mass_email, now), _("recipients"), WINDOW, by, now)
    MassEmail.objects.filter(pk=mass_email.pk).update(status=State.PREPARING, job=job)
    return job


def at_once(mass_email_id: int, now: datetime) -> MassEmail:
    """The same, and wait for its end. Raises as `start` does, and status.Refused with the error of a failed job."""
    with transaction.atomic():
        mass_email = _checked(mass_email_id, now)
        MassEmail.objects.filter(pk=mass_email.pk).update(status=State.PREPARING, job=None)
    job = jobs.at_once(KIND, _title(mass_email), _arguments(mass_email, now), _("recipients"), WINDOW, None, now)
    if job.state == JobState.FAILED:
        raise status.Refused(job.message)
    return MassEmail.objects.get(pk=mass_email_id)


def run(job: Job) -> None:
    """From the beginning, also where a worker died in the middle: nobody has got mail yet."""
    number, now = job.arguments["mass_email"], datetime.fromisoformat(job.arguments["at"])
    MassEmail.objects.filter(pk=number, status=State.PREPARING, job=None).update(job=job)
    mapping.off()
    if not MassEmail.objects.filter(pk=number).exists():
        job.message = _("It is not there any more.")
        return
    ended = False
    try:
        ended = _freeze(job, number, now)
        if not ended:
            _stopped(job)
    finally:
        if not ended:
            _given_up(job, number)


def told(mass_email: MassEmail) -> str:
    """What preparing came to, in words: also that it was stopped, or why it broke off."""
    if mass_email.status != State.PREPARED and mass_email.job is not None:
        return mass_email.job.message or str(STOPPED)
    return _counted(mass_email)


def why_not(mass_email: MassEmail) -> str:
    """Why the last time it was prepared did not come to its end; empty when it did."""
    job = mass_email.job
    ended_badly = job is not None and job.state in {JobState.FAILED, JobState.CANCELED}
    return told(mass_email) if ended_badly and mass_email.status == State.ON_HOLD else ""


def _counted(mass_email: MassEmail) -> str:
    counts = responses.counts([mass_email.pk]).get(mass_email.pk, responses.Counts())
    gets = ngettext("%(n)d recipient", "%(n)d recipients", counts.recipients) % {"n": counts.recipients}
    if not counts.recipients:
        return _("Nobody would get it: see Recipients for the reasons.")
    if not counts.skipped:
        return gets
    left = ngettext("%(n)d is left out", "%(n)d are left out", counts.skipped) % {"n": counts.skipped}
    return f"{gets}, {left}"


def register() -> None:
    """Let jobs of this kind be run."""
    jobs.register(KIND, run)


def _checked(mass_email_id: int, now: datetime) -> MassEmail:
    mass_email = prepare.locked(mass_email_id)
    if why := prepare.why_fixed(mass_email):
        raise status.Refused(why)
    text.check(mass_email)
    if not recipients.sources(mass_email, now) and (names := recipients.canceled(mass_email)):
        raise text.NotReady(_("Canceled campaigns get no mail: %(names)s.") % {"names": ", ".join(names)})
    return mass_email


def _title(mass_email: MassEmail) -> str:
    return _("Prepare %(number)s") % {"number": mass_email.mass_email_id}


def _arguments(mass_email: MassEmail, now: datetime) -> dict[str, str | int]:
    return {"mass_email": mass_email.pk, "at": now.isoformat()}


def _freeze(job: Job, number: int, now: datetime) -> bool:
    """Whether it came to its end; it does not when somebody stops it."""
    mass_email = MassEmail.objects.get(pk=number)
    job.done, job.total = 0, recipients.count(mass_email, now)
    while _cleared(job, number):
        pass
    found: Iterator[recipients.Found] = recipients.of(mass_email, now)
    while True:
        with transaction.atomic():
            if not _is_ours(job, number):
                return False
            batch = next(found, None)
            if batch is None:
                break
            MassEmailRecipient.objects.filter(pk__in=batch.instead_of).delete()
            MassEmailRecipient.objects.bulk_create(batch.rows)
        job.done += batch.looked_at
        jobs.keep(job)
        if jobs.canceled(job):
            return False
    _prepared(job, number, now)
    return True


def _cleared(job: Job, number: int) -> bool:
    """Take off a batch of what an earlier time froze; whether there was any."""
    rows = MassEmailRecipient.objects.filter(mass_email=number).order_by()
    with transaction.atomic():
        return _is_ours(job, number) and bool(
            rows.filter(pk__in=list(rows.values_list("pk", flat=True)[:BATCH])).delete()[0]
        )


def _is_ours(job: Job, number: int) -> bool:
    """Whether the mass email still waits for this job in these hands; it stays so until the transaction ends."""
    rows = MassEmail.objects.select_for_update(of=("self",))
    return rows.filter(pk=number, status=State.PREPARING, job=job).first() is not None and jobs.is_mine(job)


@transaction.atomic
def _prepared(job: Job, number: int, now: datetime) -> None:
    if not _is_ours(job, number):
        return
    mass_email = MassEmail.objects.get(pk=number)
    anybody = mass_email.recipients.filter(reason=Reason.NONE).exists()
    mass_email.status = State.PREPARED if anybody else State.ON_HOLD
    mass_email.prepared_at = now if anybody else mass_email.prepared_at
    mass_email.save(update_fields=["status", "prepared_at"])
    job.total, job.message = job.done, _counted(mass_email)
    jobs.keep(job)


def _stopped(job: Job) -> None:
    """Somebody canceled it or put the mass email on hold: the job has not done what it was asked for."""
    if jobs.is_mine(job):
        jobs.cancel(job)
        job.message = str(STOPPED)


@transaction.atomic
def _given_up(job: Job, number: int) -> None:
    """Stopped or broken: it is on hold, and can be prepared again."""
    if _is_ours(job, number):
        MassEmail.objects.filter(pk=number).update(status=State.ON_HOLD)
