"""The talk of sessions with a server, several at once in one thread: one commit marks the next mail of each of them.

A session's talk is a generator. It stops where it has to wait for the server, and where its next body needs a mark.
"""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mailroom.flows.sending import wire as wires
from mailroom.flows.sending.claims import Offer
from mailroom.flows.sending.replies import ACCOUNT_LIMITS, Answer, Reply, Transaction
from mailroom.flows.sending.smtp import SmtpSession

WAIT = "wait"
MARK = "mark"
MOST_PATIENCE = 0.005  # seconds for which marks that are ready wait for others to share their commit


class Desk(Protocol):
    """Who hands out mails and takes answers: the run."""

    def next(self, session: SmtpSession) -> tuple[Offer, bytes] | None:
        """The next mail for this session with its bytes, or None when the session is over."""
        ...

    def put_back(self, offer: Offer) -> None:
        """A mail that was handed out and not tried."""
        ...

    def answered(self, offer: Offer, answer: Answer) -> None:
        """A mail was answered."""
        ...

    def lost(self, talk: "Talk", error: OSError) -> None:
        """The connection ended; `talk.in_flight` is the mail in doubt, `talk.current` one that was offered."""
        ...

    def mark(self, talks: Sequence["Talk"]) -> None:
        """Commit what goes over the wire next; raises journal.LeaseLost."""
        ...

    def pause(self) -> None:
        """Called while servers work: time to write the ledger."""
        ...


@dataclass(eq=False, slots=True)
class Talk:
    """One session's talk and where it stands."""

    session: SmtpSession
    desk: Desk
    read_clock: Callable[[], datetime]
    current: Offer | None = None
    in_flight: Offer | None = None
    since: float = 0.0
    steps: Iterator[str] = field(default_factory=lambda: iter(()))

    def start(self) -> None:
        """Begin with the first mail."""
        self.steps = self._steps()

    def _steps(self) -> Iterator[str]:
        handed = self._begin()
        while handed is not None:
            offer, raw = handed
            started = self.read_clock()
            yield WAIT
            envelope = self.session.envelope()
            if not envelope.opened:
                self._answer(offer, envelope.refusal(), started)
                self.session.broken |= envelope.refusal().limits_the_account
                if self.session.broken:
                    return
                handed = self._begin()
                continue
            yield MARK
            self.in_flight = offer
            handed = self.desk.next(self.session)
            self.current = handed[0] if handed else None
            self.session.body(raw, handed[0].letter if handed else None)
            yield WAIT
            reply = self.session.final()
            self.in_flight = None
            done = Transaction(reply, envelope.refused, _limits(reply))
            self.session.previous = self._answer(offer, done, started)
            self.session.broken |= done.limits_the_account
            if self.session.broken:
                return
            if handed is not None and not self.session.pipelining:
                self.session.offer(handed[0].letter)

    def _begin(self) -> tuple[Offer, bytes] | None:
        handed = self.desk.next(self.session)
        self.current = handed[0] if handed else None
        if handed is not None:
            self.session.offer(handed[0].letter)
        return handed

    def _answer(self, offer: Offer, done: Transaction, started: datetime) -> Answer:
        if self.current is offer:
            self.current = None
        answer = Answer(offer.email_id, done, started, self.read_clock())
        self.desk.answered(offer, answer)
        return answer


def _limits(reply: Reply) -> bool:
    """Words after a body that speak of the account: too much, too fast, or a server that closes."""
    return reply.code in ACCOUNT_LIMITS


def drive(talks: Sequence[Talk], desk: Desk, timeout: float) -> None:
    """Lead all talks to their end. A session that is lost ends its own talk alone; raises journal.LeaseLost."""
    open_talks = set(talks)
    ready = list(talks)
    patience = 0.0
    for talk in ready:
        talk.start()
    while open_talks:
        to_mark = [talk for talk in ready if _advance(talk, desk, open_talks) == MARK]
        if to_mark:
            to_mark += _companions(to_mark, desk, open_talks, patience)
            began = time.monotonic()
            desk.mark(to_mark)
            patience = min(MOST_PATIENCE, (time.monotonic() - began) / 2)
            ready = to_mark
            continue
        desk.pause()
        ready = _ready(open_talks, desk, timeout)


def _companions(talks: Collection[Talk], desk: Desk, open_talks: set[Talk], patience: float) -> list[Talk]:
    """Other talks that come to their mark within `patience` seconds: they share a commit, which takes longer."""
    found: list[Talk] = []
    until = time.monotonic() + patience
    while more := _heard(open_talks.difference(talks, found), max(0.0, until - time.monotonic())):
        found += [talk for talk in more if _advance(talk, desk, open_talks) == MARK]
    return found


def _advance(talk: Talk, desk: Desk, open_talks: set[Talk]) -> str | None:
    try:
        step = next(talk.steps, None)
    except OSError as error:
        talk.session.broken = True
        desk.lost(talk, error)
        step = None
    if step is None:
        open_talks.discard(talk)
        if talk.current is not None:
            desk.put_back(talk.current)
            talk.current = None
    talk.since = time.monotonic()
    return step


def _ready(open_talks: set[Talk], desk: Desk, timeout: float) -> list[Talk]:
    """The talks whose server said something; those that waited too long are ended."""
    if len(open_talks) < 2:
        return list(open_talks)  # its own read waits, with its own time-out
    heard = _heard(open_talks, min(timeout, 1.0))
    late = time.monotonic() - timeout
    for talk in [talk for talk in open_talks if talk.since < late and talk not in heard]:
        talk.session.broken = True
        desk.lost(talk, TimeoutError("timed out"))
        open_talks.discard(talk)
    return heard


def _heard(talks: Collection[Talk], timeout: float) -> list[Talk]:
    """Those of `talks` whose server said something within `timeout` seconds."""
    if not talks:
        return []
    by_wire = {talk.session.wire: talk for talk in talks}
    return [by_wire[wire] for wire in wires.first_readable(list(by_wire), timeout)]
