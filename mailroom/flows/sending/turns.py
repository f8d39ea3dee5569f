"""Whose turn it is: the accounts that have mail to send now, as `receiving/state` tells it of mail to fetch."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from mailroom.flows.sending import journal
from mailroom.flows.sending.models import SendingOptions, SendingSession
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Direction, Email, Lane, Status


def due_accounts(now: datetime) -> list[int]:
    """Accounts that have mail due, or mail whose run died, and do not rest."""
    here = Email.objects.filter(account=OuterRef("pk"), direction=Direction.OUTGOING)
    due = here.filter(status=Status.PENDING, next_attempt_at__lte=now)
    dead = here.filter(status=Status.IN_PROCESS, lease_until__lt=now)
    resting = SendingOptions.objects.filter(account=OuterRef("pk"), held_until__gt=now)
    rows = EmailAccount.objects.filter(Q(Exists(due)) | Q(Exists(dead)), ~Exists(resting), active=True)
    found = set(rows.values_list("pk", flat=True))
    found -= _between_turns(found, due, now)
    left = SendingSession.objects.values_list("account_id", "holder")  # a row for each session that is open now
    return sorted(found | {account_id for account_id, name in left if journal.is_dead(name)})


def _between_turns(accounts: Collection[int], due: QuerySet[Email], now: datetime) -> set[int]:
    """Accounts whose *Send every* has not passed since the last try; what a person wrote waits for no turn."""
    tries = SendingOptions.objects.filter(account__in=accounts, last_try_at__lte=now)
    rows = tries.values_list("pk", "last_try_at", "send_every_seconds")
    waiting = {pk for pk, tried, every in rows if tried and tried + timedelta(seconds=every) > now}
    urgent = due.filter(lane__lte=Lane.PERSON)
    return waiting - set(EmailAccount.objects.filter(Exists(urgent), pk__in=waiting).values_list("pk", flat=True))
