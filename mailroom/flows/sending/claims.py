"""Which mails a sending run holds: claimed under a lease in lane order, given back or settled when a worker dies."""

import os
import secrets as random_names
import socket
from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from mailroom.flows.sending.models import SendingOptions
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import ledger, status
from mailroom.records.emails.models import Direction, Email, Lane, Recipient, Status
from mailroom.records.emails.models.content import Outcome
from mailroom.records.emails.moves import Action

LEASE = timedelta(minutes=5)
FREE = {"lease_until": None, "lease_holder": ""}
UNKNOWN = "delivery"


def holder() -> str:
    """A name no other run has."""
    return f"{socket.gethostname()}:{os.getpid()}:{random_names.token_hex(4)}"[:64]


def claim(
    account: EmailAccount, name: str, now: datetime, count: int, only: Collection[int] | None, security_only: bool
) -> list[Email]:
    """At most `count` due mails, now held by `name`; `only` names mails that a person wants sent now."""
    due = Email.objects.filter(account=account, direction=Direction.OUTGOING, status=Status.PENDING)
    due = due.filter(next_attempt_at__lte=now) if only is None else due.filter(pk__in=list(only))
    if security_only:
        due = due.filter(lane=Lane.SECURITY)
    ids = list(due.order_by("lane", "turn", "next_attempt_at", "id").values_list("pk", flat=True)[:count])
    taken = status.move_many(ids, Action.TAKE, now, changes={"lease_until": now + LEASE, "lease_holder": name}).ids
    rows = Email.objects.filter(pk__in=taken, lease_holder=name)
    return list(rows.select_related("account").prefetch_related("recipients").order_by("lane", "id"))


def renew(emails: Collection[int], name: str, now: datetime) -> None:
    """Keep the lease while a long session goes on."""
    Email.objects.filter(pk__in=list(emails), lease_holder=name).update(lease_until=now + LEASE)


def give_back(emails: Collection[int], now: datetime, reason: str) -> None:
    """Mails that were not tried wait again; their attempts are not touched."""
    status.move_many(emails, Action.RETURN, now, reason=reason, changes=FREE)


def take_up_after_death(account: EmailAccount, options: SendingOptions, now: datetime) -> tuple[int, int]:
    """Settle mails whose worker died: (given back, in doubt). Only what was in flight is in doubt."""
    expired = Email.objects.filter(
        account=account, direction=Direction.OUTGOING, status=Status.IN_PROCESS, lease_until__lt=now
    )
    ids = list(expired.values_list("pk", flat=True)[:5000])
    if not ids:
        return 0, 0
    doubtful = ledger.left_in_flight(ids)
    give_back(
        [pk for pk in ids if pk not in doubtful], now, _("Its worker stopped before it was offered to the server.")
    )
    put_in_doubt(doubtful, options, now)
    return len(ids) - len(doubtful), len(doubtful)


def put_in_doubt(emails: Collection[int], options: SendingOptions, now: datetime) -> None:
    """The server may or may not have these: a person decides, or they go again when the account says so."""
    if not emails:
        return
    waiting = Recipient.objects.filter(email_id__in=list(emails), outcome=Outcome.WAITING)
    if options.resend_when_in_doubt:
        give_back(emails, now, _("Delivery is unknown; the account sends such mail again."))
        return
    waiting.update(outcome=Outcome.IN_DOUBT, outcome_at=now)
    error = _(
        "Delivery unknown: the connection was lost after the mail was offered. Ask the recipient, or send it again."
    )
    changes = FREE | {"error": error, "failed_step": UNKNOWN}
    status.move_many(emails, Action.FAIL, now, reason=error, changes=changes)
    _close_attempts(emails, now)


def _close_attempts(emails: Collection[int], now: datetime) -> None:
    from mailroom.records.emails.models import Attempt

    rows = Attempt.objects.filter(email_id__in=list(emails), outcome=ledger.BEFORE_DATA, finished_at=None)
    rows.update(outcome=Outcome.IN_DOUBT, finished_at=now)
