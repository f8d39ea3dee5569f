"""One sending run: it hands out claimed mails to its sessions, journals marks and writes the ledger in batches."""

import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from mailroom.flows.sending import claims, conversation, journal, pace, retry, settle, smtp
from mailroom.flows.sending.beside import Beside
from mailroom.flows.sending.claims import Offer
from mailroom.flows.sending.conversation import Talk
from mailroom.flows.sending.models import SendingOptions
from mailroom.flows.sending.replies import Answer, Reply, Transaction
from mailroom.flows.sending.settle import Counts
from mailroom.flows.sending.smtp import SmtpSession
from mailroom.flows.sending.unwritten import Unwritten
from mailroom.flows.sending.verdicts import Policy
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Lane
from mailroom.records.files import store
from mailroom.records.preferences import current

log = structlog.get_logger(__name__)
CLAIM = 500  # mails held at once
MAILS_A_SESSION = 10  # another session is opened for each so many mails that wait
LOOK_AFTER = 0.1  # seconds between looks for more urgent mail
RENEW_AFTER = 60.0


@dataclass(eq=False)
class Run:
    """Whose mail, by whom it is held, its sessions, and what it came to so far."""

    account: EmailAccount
    options: SendingOptions
    policy: Policy
    read_clock: Callable[[], datetime]
    stop: Callable[[], bool] = lambda: False  # whether the process is to end: what was not tried is given back
    progress: Callable[[int, int], None] | None = None
    due: int = 0  # mails there were to send, for `progress`
    name: str = field(default_factory=journal.holder)
    counts: Counts = field(default_factory=Counts)
    sessions: list[SmtpSession] = field(default_factory=list)
    queue: deque[Offer] = field(default_factory=deque)
    limited: str = ""  # the server's words when it said that the account sends too much for now
    busy: bool = False  # no session was free: another worker sends on the account
    trouble: str = ""  # the words of a session that was lost before it took anything
    most_taken: int = 0  # the most mails that one session has taken so far
    accepted_at: deque[float] = field(default_factory=lambda: deque(maxlen=10_000))
    beside: Beside = field(default_factory=Beside)
    ahead: "Future[list[Offer]] | None" = None  # mails that are claimed while those before them are sent
    unwritten: Unwritten = field(init=False)
    _stopped: bool = False
    _looked: float = 0.0
    _renewed: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.unwritten = Unwritten(self.beside, self._to_ledger)

    def send(self, offers: Sequence[Offer]) -> None:
        """Send claimed mails over the open sessions; what was not tried is given back. Raises journal.LeaseLost.

        The last answers may still have to be written: they go with the next marks, or `write` puts them down.
        """
        self.queue = deque(offers)
        self.limited, self.trouble, self._stopped = "", "", False
        open_ones = [session for session in self.sessions if not session.broken]
        talks = [Talk(one, self, self.read_clock) for one in open_ones]
        try:
            conversation.drive(talks, self, float(self.account.timeout_seconds))
            self._end_sessions()
        except journal.LeaseLost:
            self.unwritten.clear()
            self.queue.clear()
            raise
        if self._stopped or self.trouble or (self.limited and not self.most_taken):
            self.return_rest(_("The session ended before its turn."))

    def return_rest(self, reason: str) -> None:
        """Give back what is still held and was not tried; raises journal.LeaseLost."""
        ahead = self.take_ahead()
        with transaction.atomic():
            journal.hold(self.name)
            claims.give_back([offer.email_id for offer in (*self.queue, *ahead)], self.read_clock(), reason)
        self.queue.clear()

    def take_ahead(self) -> list[Offer]:
        """The mails that were claimed meanwhile; none where that failed: whoever claims next is told why."""
        ahead, self.ahead = self.ahead, None
        try:
            return ahead.result() if ahead is not None else []
        except Exception as error:  # the claim was rolled back, whatever hindered it
            log.warning("claim ahead failed", account=self.account.email_account_id, error=str(error))
            return []

    def open(self, wanted: int) -> None:
        """Have `wanted` sessions; raises OSError, connection.SignInRefused or Refused when not even one opens."""
        off = self.options.pipelining_off_until
        pipelining = off is None or off < self.read_clock()
        while len(self.sessions) < wanted:
            try:
                self.sessions.append(smtp.open_session(self.account, pipelining))
            except Exception:  # whatever hinders one session more, the run goes on with those it has
                if not self.sessions:
                    raise
                return

    def close(self) -> None:
        """End every session and give the slots back."""
        for session in self.sessions:
            session.close()
        self.sessions.clear()
        self.beside.close()
        journal.close(self.name)

    def _end_sessions(self) -> None:
        """Close the sessions that are over, once their answers stand on the ledger: no mark of theirs carries them."""
        self.most_taken = max((session.taken for session in self.sessions), default=0)
        over = [session for session in self.sessions if session.broken or session.handed >= self._most()]
        if over:
            self.write()
        for session in over:
            session.close()
            self.sessions.remove(session)

    def _most(self) -> int:
        """The most mails that one session gets."""
        return pace.per_session(self.account, self.options, self.read_clock())

    def next(self, session: SmtpSession) -> tuple[Offer, bytes] | None:
        """The next mail that this session can take; those that it cannot take are answered here."""
        most = self._most()
        while self.queue and session.handed < most and not self._stop():
            offer = self.queue.popleft()
            self.unwritten.settle(offer.email_id)
            try:
                raw = store.content_of(offer.stored)
            except store.FileMissing as error:
                self._refused_here(offer, Reply(554, str(error)))
                continue
            offer = claims.read_again(offer, raw)
            refusal = self._hindrance(offer, session)
            if refusal is None:
                session.handed += 1
                return offer, raw
            self._refused_here(offer, refusal)
        return None

    def _hindrance(self, offer: Offer, session: SmtpSession) -> Reply | None:
        return session.refusal(offer.letter) if offer.recipients else Reply(554, _("No recipient waits for this mail."))

    def _refused_here(self, offer: Offer, reply: Reply) -> None:
        now = self.read_clock()
        self.answered(offer, Answer(offer.email_id, Transaction(reply), now, now))

    def _stop(self) -> bool:
        """Whether to hand out no more, looked at now and then: the end is near, suspended, more urgent mail waits."""
        if time.monotonic() - self._looked > LOOK_AFTER:
            self._looked = time.monotonic()
            if self.progress is not None:
                self.progress(self.counts.tried, max(self.due, self.counts.tried))
            lane = self.queue[0].lane
            suspended = lane != Lane.SECURITY and current.is_suspended()
            self._stopped = self.stop() or suspended or claims.more_urgent(self.account.pk, lane, self.read_clock())
        return self._stopped

    def put_back(self, offer: Offer) -> None:
        """A mail that was handed out and not tried."""
        self.queue.appendleft(offer)

    def answered(self, offer: Offer, answer: Answer) -> None:
        """Keep an answer for the ledger; words about the account's limit cost the mail no attempt."""
        if answer.done.limits_the_account and not self.policy.manual:
            self.limited = str(answer.done.message)
            self.put_back(offer)
            return
        self.unwritten.add(offer, answer)
        if answer.done.message.accepted:
            self.accepted_at.append(time.monotonic())

    def lost(self, talk: Talk, error: OSError) -> None:
        """After a body the mail is in doubt; before it, the first mail of a session has failed for now."""
        words = str(error) or type(error).__name__
        if talk.in_flight is not None:
            self.write()
            self._in_doubt(talk.in_flight)
        elif talk.current is not None and not talk.session.taken:
            offer, talk.current = talk.current, None
            now = self.read_clock()
            self.answered(offer, Answer(offer.email_id, Transaction(Reply(451, words)), now, now))
            self.trouble = words
            if talk.session.pipelining:
                self._doubt_pipelining(now)
        if talk.current is not None:
            self.put_back(talk.current)
            talk.current = None

    def _in_doubt(self, offer: Offer) -> None:
        pause = retry.pause_after(offer.failed_tries + 1)
        ids = [offer.email_id]
        with transaction.atomic():
            journal.hold(self.name)
            settle.in_doubt(ids, self.account, self.options, self.counts, self.read_clock(), pause)
            journal.forget(self.name, ids)

    def _doubt_pipelining(self, now: datetime) -> None:
        """A server that falls silent over a group of commands may not be able to pipeline: for a day one at a time."""
        self.options.pipelining_off_until = now + pace.REMEMBERED
        self.options.save(update_fields=["pipelining_off_until"])

    def mark(self, talks: Sequence[Talk]) -> None:
        """Commit which mails go over the wire next, each with the answer before it that the ledger has not yet."""
        rows = []
        for talk in talks:
            previous = talk.session.previous
            text = previous.to_json() if previous is not None and self.unwritten.has(previous) else ""
            rows.append((talk.current.email_id if talk.current else 0, text))
        journal.mark(self.name, rows, self.read_clock())

    def pause(self) -> None:
        """Servers work: write the ledger when enough has come together, keep the lease."""
        self.unwritten.look()
        moment = time.monotonic()
        if moment - self._renewed > RENEW_AFTER:
            self._renewed = moment
            journal.renew(self.name, self.read_clock())

    def write(self) -> None:
        """Put all answers so far on the ledger; raises journal.LeaseLost."""
        self.unwritten.write()

    def _to_ledger(self, rows: Sequence[tuple[Offer, Answer]]) -> None:
        """Write these answers in one transaction with the end of their marks."""
        with transaction.atomic():
            journal.hold(self.name)
            settle.answered(self.account, self.options, rows, self.policy, self.counts, self.read_clock())
            journal.forget(self.name, [offer.email_id for offer, _answer in rows])


def policy(manual: bool) -> Policy:
    """The retry policy of this moment."""
    return Policy(current.read().automatic_resend_attempts, manual, random.random())  # noqa: S311 spreads retries
