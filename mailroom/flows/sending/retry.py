"""When a mail that could not be sent is tried again: a pure function (BEHAVIOUR 3.2; table in docs/retry.md)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=4)
ACCOUNT_FIRST_PAUSE = timedelta(seconds=30)
ACCOUNT_LONGEST_PAUSE = timedelta(minutes=15)


class Failure(StrEnum):
    """Why a try failed."""

    TEMPORARY = "temporary"  # a 4xx reply, or the connection was lost before DATA
    PERMANENT = "permanent"  # a 5xx reply
    IN_DOUBT = "in_doubt"  # the connection was lost between DATA and its reply


@dataclass(frozen=True, slots=True)
class Decision:
    """Try again at this moment, or give up (None)."""

    again_at: datetime | None


def decide(failure: Failure, failed_tries: int, allowed: int, manual: bool, now: datetime, jitter: float) -> Decision:
    """What follows after the `failed_tries`-th failed try (1 is the first).

    `allowed` is *Automatic resend attempts*; `manual` tries and permanent failures are final; `jitter` in 0 to 1
    spreads the pause between three quarters and five quarters of its length.
    """
    if failure is not Failure.TEMPORARY or manual or failed_tries > allowed:
        return Decision(None)
    return Decision(now + spread(pause_after(failed_tries), jitter))


def pause_after(failed_tries: int) -> timedelta:
    """One minute, doubled with each failed try, at most four hours."""
    return min(FIRST_PAUSE * (1 << min(failed_tries - 1, 20)), LONGEST_PAUSE)


def account_pause(failed_sessions: int) -> timedelta:
    """How long an account rests whose server cannot be used: half a minute, doubled, at most a quarter of an hour."""
    return min(ACCOUNT_FIRST_PAUSE * (1 << min(failed_sessions - 1, 20)), ACCOUNT_LONGEST_PAUSE)


def spread(pause: timedelta, jitter: float) -> timedelta:
    """A pause made a little shorter or longer, so that mails do not come back all at once."""
    return pause * (0.75 + jitter / 2)
