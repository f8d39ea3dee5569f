"""Sessions and marks: what a run holds open, and which mail is in flight in each session, committed before its body.

A mark carries the answer to the mail before it, so one small row a mail is all that is written while a session runs.
The ledger proper follows in batches. After a kill the marks tell what was answered, and which mail is in doubt.
"""

import os
import secrets as random_names
import socket
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import IntegrityError, connection, transaction

from mailroom.base.rows import among
from mailroom.flows.sending.models import Mark, SendingSession
from mailroom.flows.sending.replies import Answer

LEASE = timedelta(minutes=5)


class LeaseLost(Exception):
    """Another run took this one for dead: it must not send anything more."""


@dataclass(frozen=True, slots=True)
class Left:
    """What a dead run left: the answers it got, and the mails in flight."""

    answers: dict[int, Answer]
    in_flight: set[int]


def holder() -> str:
    """A name that no other run has and that tells, on its own machine, whether its process lives."""
    return f"{_machine()}:{os.getpid()}:{random_names.token_hex(6)}"


def _machine() -> str:
    """This machine and its space of process numbers."""
    try:
        space = Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        space = ""
    return f"{socket.gethostname()[:24]}/{space}"


def is_dead(name: str) -> bool:
    """Whether the process of this holder is known to be gone."""
    machine, _colon, rest = name.rpartition(":")[0].rpartition(":")
    if machine != _machine() or not rest.isdigit():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def open_slots(account_id: int, name: str, most: int, wanted: int, now: datetime) -> int:
    """Reserve up to `wanted` of the account's `most` sessions over all workers; how many there are to use."""
    taken = set(SendingSession.objects.filter(account_id=account_id).values_list("slot", flat=True))
    free = [slot for slot in range(max(1, most)) if slot not in taken][:wanted]
    reserved = 0
    for slot in free:
        try:
            with transaction.atomic():
                SendingSession.objects.create(account_id=account_id, slot=slot, holder=name, lease_until=now + LEASE)
            reserved += 1
        except IntegrityError:  # another worker was first
            continue
    return reserved


def renew(name: str, now: datetime) -> None:
    """Keep the sessions while a long run goes on; raises LeaseLost."""
    if not SendingSession.objects.filter(holder=name).update(lease_until=now + LEASE):
        raise LeaseLost(name)


def hold(name: str) -> None:
    """Within a transaction: nobody takes the run over until it ends; raises LeaseLost where somebody has."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {SendingSession._meta.db_table} WHERE holder = %s LIMIT 1{_shared()}", [name])  # noqa: S608 - names of our own models
        if cursor.fetchone() is None:
            raise LeaseLost(name)


def _shared() -> str:
    """A lock that keeps whoever takes the run over waiting, and no other statement of the run itself."""
    return " FOR SHARE" if connection.vendor == "postgresql" else ""


def close(name: str) -> None:
    """Give the run's sessions back."""
    SendingSession.objects.filter(holder=name).delete()


def mark(name: str, rows: Sequence[tuple[int, str]], now: datetime) -> None:
    """Commit, in one statement, the mails whose bodies go over the wire next, each with the answer before it.

    Raises LeaseLost, and then nothing may be sent: on PostgreSQL the share lock waits for whoever takes the run over.
    """
    places = ", ".join(["(%s, %s)"] * len(rows))
    statement = (
        f"INSERT INTO {Mark._meta.db_table} (holder, email_id, at, answered) "  # noqa: S608 places only
        f"SELECT %s, v.column1, %s, v.column2 FROM (VALUES {places}) v, "
        f"(SELECT 1 FROM {SendingSession._meta.db_table} WHERE holder = %s LIMIT 1{_shared()}) alive"
    )
    at = connection.ops.adapt_datetimefield_value(now)
    values = [value for row in rows for value in row]
    with connection.cursor() as cursor:
        cursor.execute(statement, [name, at, *values, name])
        if cursor.rowcount != len(rows):
            raise LeaseLost(name)


def forget(name: str, email_ids: Collection[int]) -> None:
    """The ledger has these mails: their marks are needless."""
    Mark.objects.filter(holder=name, email_id__in=among(email_ids)).delete()


def read(names: Collection[str]) -> Left:
    """What runs of these names left behind."""
    answers: dict[int, Answer] = {}
    marked: set[int] = set()
    for email_id, answered in Mark.objects.filter(holder__in=list(names)).values_list("email_id", "answered"):
        marked.add(email_id)
        if answered:
            answer = Answer.from_json(answered)
            answers[answer.email_id] = answer
    return Left(answers, marked - set(answers))
