"""What a processing step is: one small thing done, or not done for a reason, with one incoming email."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from mailroom.flows.incoming.models import ProcessingOptions
from mailroom.records.crm.lookup import Records
from mailroom.records.crm.models import Case
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import Employee


class Outcome(StrEnum):
    """How a step ended; each end is recorded on the email."""

    DID = "did"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a step and its reason in words for a person."""

    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class History:
    """What a mail continues: the mail that it answers, or the case whose number it names, and how that was told."""

    parent: Email | None = None
    case: Case | None = None
    how: str = ""


@dataclass(slots=True)
class Findings:
    """What was looked up for the whole batch, before the first step of its first mail."""

    records: Records = field(default_factory=Records)
    employee: Employee | None = None
    history: History = field(default_factory=History)
    linked: Email | None = None  # the newest mail of the conversation that is an activity of something
    delete: bool = False  # whether it moves to Deleted when its state is final
    siblings: Sequence[Email] = ()  # those of the conversation that are walked before it


@dataclass(frozen=True, slots=True)
class Mail:
    """An email under processing: its row, its account's options, the moment, and what was found for it.

    `outcomes` are those of the steps before, by their names.
    """

    email: Email
    options: ProcessingOptions
    now: datetime
    found: Findings = field(default_factory=Findings)
    outcomes: dict[str, Outcome] = field(default_factory=dict)


class Step(Protocol):
    """One step of the list: idempotent, because a failed email is processed again from the first step."""

    name: str

    def run(self, mail: Mail) -> Verdict:
        """Act on the email inside the caller's transaction; an error it raises marks the step failed."""
        ...


def did(reason: str) -> Verdict:
    """The step acted."""
    return Verdict(Outcome.DID, reason)


def skipped(reason: str) -> Verdict:
    """The step had nothing to do, because of `reason`."""
    return Verdict(Outcome.SKIPPED, reason)
