"""What a processing step is: one small thing done, or not done for a reason, with one incoming email."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from mailroom.flows.incoming.models import ProcessingOptions
from mailroom.records.emails.models import Email


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
class Mail:
    """An email under processing: its row, its account's options, and the moment."""

    email: Email
    options: ProcessingOptions
    now: datetime


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
