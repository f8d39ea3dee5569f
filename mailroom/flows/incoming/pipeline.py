"""Processes incoming mail: THE ORDERED LIST of steps, and the run that claims emails and walks it.

An account without *Activate incoming processing*, or somebody's own, has nothing to walk: its mail is processed once it
is received.
"""

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from mailroom.flows.incoming import gathering
from mailroom.flows.incoming.models import ProcessingOptions, StepOutcome
from mailroom.flows.incoming.step import Mail, Outcome, Step, Verdict
from mailroom.flows.incoming.steps.add_references import AddReferences
from mailroom.flows.incoming.steps.assign_default import AssignDefault
from mailroom.flows.incoming.steps.assignment_map import AssignByMap
from mailroom.flows.incoming.steps.attach import Attach
from mailroom.flows.incoming.steps.case_status import UpdateCase
from mailroom.flows.incoming.steps.classify import Classify
from mailroom.flows.incoming.steps.confirm_receipt import ConfirmReceipt
from mailroom.flows.incoming.steps.create_case import CreateCase
from mailroom.flows.incoming.steps.create_lead import CreateLead
from mailroom.flows.incoming.steps.delete_processed import DeleteProcessed
from mailroom.flows.incoming.steps.handle_documents import HandleDocuments
from mailroom.flows.incoming.steps.match_history import MatchHistory
from mailroom.flows.incoming.steps.notify_case_owner import NotifyCaseOwner
from mailroom.flows.incoming.steps.record_bounce import RecordBounce
from mailroom.flows.incoming.steps.reply_to_unassigned import ReplyToUnassigned
from mailroom.flows.incoming.steps.route import Route
from mailroom.flows.sending import holding
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import status
from mailroom.records.emails.models import Direction, Email, Status
from mailroom.records.emails.moves import Action
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current

log = structlog.get_logger(__name__)
LAST = DeleteProcessed()
STEPS: tuple[Step, ...] = (
    Classify(),
    RecordBounce(),
    ConfirmReceipt(),
    MatchHistory(),
    UpdateCase(),
    Route(),
    HandleDocuments(),
    CreateCase(),
    Attach(),
    NotifyCaseOwner(),
    AssignByMap(),
    AssignDefault(),
    ReplyToUnassigned(),
    CreateLead(),
    AddReferences(),
    LAST,
)
BATCH = 100
LEASE = timedelta(minutes=10)
HOLDER = "processing"


@dataclass(frozen=True, slots=True)
class ProcessResult:
    """What one run over an account came to."""

    account: str
    processed: int
    failed: int
    seconds: float
    error: str = ""


def process_account(
    account_id: int, now: datetime, only: Collection[int] | None = None, by: User | None = None
) -> ProcessResult:
    """Process what waits on one account; `only` names emails that a person chose, failed ones among them."""
    started = time.monotonic()
    account = EmailAccount.objects.get(pk=account_id)
    if current.is_suspended():
        return ProcessResult(account.email_account_id, 0, 0, 0.0, _("Email processing is suspended."))
    holding.cancel_answered(account_id, now)
    options = ProcessingOptions.objects.filter(account=account).first() or ProcessingOptions(account=account)
    if only is not None:
        status.move_many(only, Action.PROCESS, now, by, changes={"error": "", "failed_step": ""})
    if not options.activate_incoming_processing or account.personal_owner_id is not None:
        processed = _finish_all(account, now, only)
        return ProcessResult(account.email_account_id, processed, 0, time.monotonic() - started)
    processed = failed = 0
    for batch in _claimed_batches(account, now, only):
        for mail in gathering.gather(batch, options, now):
            if _walk(mail):
                processed += 1
            else:
                failed += 1
    return ProcessResult(account.email_account_id, processed, failed, time.monotonic() - started)


def _claimed_batches(account: EmailAccount, now: datetime, only: Collection[int] | None) -> Iterator[list[Email]]:
    """Batches of emails that this run alone holds, until none waits."""
    _take_back_expired(account, now)
    waiting = Email.objects.filter(account=account, direction=Direction.INCOMING, status=Status.PENDING)
    if only is not None:
        waiting = waiting.filter(pk__in=list(only))
    lease = {"lease_until": now + LEASE, "lease_holder": HOLDER}
    while ids := list(waiting.order_by("id").values_list("pk", flat=True)[:BATCH]):
        taken = status.move_many(ids, Action.TAKE, now, changes=lease).ids
        if taken:
            yield list(
                Email.objects.filter(pk__in=taken).select_related("account", "owner__user", "workgroup").order_by("id")
            )


def _finish_all(account: EmailAccount, now: datetime, only: Collection[int] | None) -> int:
    """Where processing is not activated, mail that was received is done; returns how many."""
    waiting = Email.objects.filter(account=account, direction=Direction.INCOMING, status=Status.PENDING)
    if only is not None:
        waiting = waiting.filter(pk__in=list(only))
    reason = _("Incoming processing is not activated for its account.")
    finished = 0
    while ids := list(waiting.order_by("id").values_list("pk", flat=True)[: status.BATCH]):
        finished += len(status.move_many(ids, Action.FINISH, now, reason=reason).ids)
    return finished


def _take_back_expired(account: EmailAccount, now: datetime) -> None:
    """Mail held by a worker that died comes back to the queue."""
    expired = Email.objects.filter(
        account=account, direction=Direction.INCOMING, status=Status.IN_PROCESS, lease_until__lt=now
    )
    ids = list(expired.values_list("pk", flat=True)[:5000])
    status.move_many(ids, Action.RETURN, now, reason=_("Its worker stopped."), changes={"lease_until": None})


def _walk(mail: Mail) -> bool:
    """Take one email through the list; False when a step failed, and the email with it."""
    told: list[StepOutcome] = []
    failed: Verdict | None = None
    for position, step in enumerate(STEPS):
        verdict = _run(step, mail)
        mail.outcomes[step.name] = verdict.outcome
        told.append(_told(mail, position, step, verdict))
        if verdict.outcome is Outcome.FAILED:
            failed = verdict
            break
    failed_step = told[-1].step
    if failed is not None and failed_step != LAST.name:
        told.append(_told(mail, len(STEPS) - 1, LAST, _run(LAST, mail)))  # what failed may be deleted, too
    with transaction.atomic():
        StepOutcome.objects.bulk_create(told)
        if failed is not None:
            status.mark_failed(mail.email, mail.now, failed.reason, failed_step)
        else:
            status.mark_processed(mail.email, mail.now)
        if mail.found.delete:
            status.move(mail.email, Action.DELETE, mail.now, reason=_("Delete messages after processing"))
    return failed is None


def _run(step: Step, mail: Mail) -> Verdict:
    """Run a step in a transaction of its own, so that a failing one leaves nothing half done."""
    try:
        with transaction.atomic():
            return step.run(mail)
    except Exception as error:  # whatever a step raises parks this one email, never those after it
        log.exception("step failed", step=step.name, email=mail.email.pk)
        return Verdict(Outcome.FAILED, f"{type(error).__name__}: {error}")


def _told(mail: Mail, position: int, step: Step, verdict: Verdict) -> StepOutcome:
    return StepOutcome(
        email=mail.email,
        at=mail.now,
        position=position,
        step=step.name,
        outcome=verdict.outcome,
        reason=verdict.reason,
    )
