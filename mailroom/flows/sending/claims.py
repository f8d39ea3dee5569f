"""Which mails a sending run holds: claimed in lane order, given back, or settled when their run died."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from mailroom.base import rows as tables
from mailroom.flows.sending import journal, pace, settle
from mailroom.flows.sending.journal import LEASE
from mailroom.flows.sending.models import Mark, SendingOptions, SendingSession
from mailroom.flows.sending.smtp import Letter, wire_address
from mailroom.flows.sending.verdicts import Policy
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import ledger, status
from mailroom.records.emails.models import Direction, Email, Lane, Status
from mailroom.records.emails.moves import Action
from mailroom.records.files import store
from mailroom.records.files.models import StoredFile

FREE = {"lease_until": None, "lease_holder": ""}
LONGEST_WAIT = timedelta(days=5)  # RFC 5321 §4.5.4.1
NULL_SENDER = "auto-replied"
BATCH = 500


@dataclass(frozen=True, slots=True)
class Offer:
    """A claimed mail: what a session and the ledger need of it."""

    email_id: int
    lane: int
    failed_tries: int
    stored: StoredFile | None
    recipients: Sequence[tuple[int, str]]
    letter: Letter


def claim(
    account: EmailAccount,
    name: str,
    now: datetime,
    count: int,
    only: Collection[int] | None = None,
    security_only: bool = False,
    options: SendingOptions | None = None,
) -> list[Offer]:
    """At most `count` due mails, now held by `name`; `only` names mails that a person wants sent now."""
    due = _due(account, now, only, security_only)
    with transaction.atomic():
        rows = due.select_for_update(skip_locked=True, of=("self",)).values_list("pk", "start_at")[:count]
        found = list(rows)
        late = [pk for pk, start in found if only is None and start is not None and start < now - LONGEST_WAIT]
        ids = [pk for pk, _start in found if pk not in set(late)]
        if options is not None:
            ids = pace.admit(account, options, ids, now)
        changes = {"lease_until": now + LEASE, "lease_holder": name}
        taken = status.move_many(ids, Action.TAKE, now, changes=changes).ids
        _expire(late, now)
    return load(taken, account)


def count_due(account: EmailAccount, now: datetime, only: Collection[int] | None = None) -> int:
    """How many mails `claim` would take, were there no limits."""
    return _due(account, now, only, security_only=False).count()


def _due(account: EmailAccount, now: datetime, only: Collection[int] | None, security_only: bool) -> QuerySet[Email]:
    due = Email.objects.filter(account=account, direction=Direction.OUTGOING, status=Status.PENDING)
    due = due.filter(next_attempt_at__lte=now) if only is None else due.filter(pk__in=list(only))
    if security_only:
        due = due.filter(lane=Lane.SECURITY)
    return due.order_by("lane", "turn", "next_attempt_at", "id")


def _expire(ids: Collection[int], now: datetime) -> None:
    """Mail that waited five days is given up, with what hindered it last."""
    if not ids:
        return
    last = dict(Email.objects.filter(pk__in=list(ids)).values_list("pk", "error"))
    reasons = {pk: _("It waited five days. %(error)s") % {"error": last.get(pk, "")} for pk in ids}
    settle.fail(reasons, "expired", now)


def load(ids: Collection[int], account: EmailAccount) -> list[Offer]:
    """Offers for these mails, in lane order."""
    recipients = ledger.waiting(ids)
    rows = Email.objects.filter(pk__in=tables.among(ids)).order_by("lane", "turn", "next_attempt_at", "id")
    columns = list(rows.values_list("pk", "lane", "attempts", "raw_sha256", "size", "automatic"))
    stored = store.find_many([bytes(sha256) for _pk, _lane, _tries, sha256, _size, _kind in columns if sha256])
    sender = wire_address(account.email_address)
    return [
        Offer(
            email_id=pk,
            lane=lane,
            failed_tries=attempts,
            stored=stored.get(bytes(sha256 or b"")),
            recipients=recipients.get(pk, ()),
            letter=_letter("" if automatic == NULL_SENDER else sender, recipients.get(pk, ()), size),
        )
        for pk, lane, attempts, sha256, size, automatic in columns
    ]


def _letter(sender: str, recipients: Sequence[tuple[int, str]], size: int) -> Letter:
    found = [wire_address(address) for _pk, address in recipients]
    return Letter(sender, found, size, not all(item.isascii() for item in (sender, *found)))


def read_again(offer: Offer, raw: bytes) -> Offer:
    """The offer as its bytes want it: UTF-8 in a header needs SMTPUTF8, whoever still gets the mail (RFC 6531)."""
    if offer.letter.international or raw[: raw.find(b"\r\n\r\n")].isascii():
        return offer
    return replace(offer, letter=replace(offer.letter, international=True))


def plan_again(ids: Collection[int], now: datetime) -> None:
    """Planned mail that a person wanted sent at once, and that was not tried, waits for its moment again."""
    if ids:
        planned = Email.objects.filter(pk__in=tables.among(ids), status=Status.PENDING, start_at__gt=now)
        planned.update(next_attempt_at=F("start_at"))


def more_urgent(account_id: int, lane: int, now: datetime) -> bool:
    """Whether mail of a lane before `lane` is due: bulk steps aside for a person's mail."""
    if lane <= Lane.SECURITY:
        return False
    rows = Email.objects.filter(account_id=account_id, status=Status.PENDING, lane__lt=lane)
    return rows.filter(direction=Direction.OUTGOING, next_attempt_at__lte=now).exists()


def give_back(emails: Collection[int], now: datetime, reason: str) -> None:
    """Mails that were not tried wait again; their attempts are not touched."""
    status.move_many(emails, Action.RETURN, now, reason=reason, changes=FREE)


def take_up_after_death(account: EmailAccount, options: SendingOptions, policy: Policy, now: datetime) -> settle.Counts:
    """Settle what runs left that died: what was answered is recorded; only what was in flight is in doubt."""
    counts = settle.Counts()
    with transaction.atomic():
        sessions = list(SendingSession.objects.select_for_update().filter(account=account))
        dead = {item.holder for item in sessions if item.lease_until < now or journal.is_dead(item.holder)}
        alive = {item.holder for item in sessions} - dead
        held = Email.objects.filter(account=account, direction=Direction.OUTGOING, status=Status.IN_PROCESS)
        dead |= set(held.filter(lease_until__lt=now).values_list("lease_holder", flat=True).distinct()) - alive
        if dead:
            _settle_left(account, options, dead, policy, counts, now)
            SendingSession.objects.filter(holder__in=dead).delete()
            Mark.objects.filter(holder__in=dead).delete()
    return counts


def _settle_left(
    account: EmailAccount,
    options: SendingOptions,
    dead: Collection[str],
    policy: Policy,
    counts: settle.Counts,
    now: datetime,
) -> None:
    left = journal.read(dead)
    held = Email.objects.filter(lease_holder__in=list(dead), status=Status.IN_PROCESS)
    while ids := list(held.values_list("pk", flat=True)[:BATCH]):
        answered = [pk for pk in ids if pk in left.answers]
        offers = [(offer, left.answers[offer.email_id]) for offer in load(answered, account)]
        settle.answered(account, options, offers, policy, counts, now)
        settle.in_doubt([pk for pk in ids if pk in left.in_flight], account, options, counts, now)
        rest = [pk for pk in ids if pk not in left.answers and pk not in left.in_flight]
        give_back(rest, now, _("Its worker stopped before it was offered to the server."))
