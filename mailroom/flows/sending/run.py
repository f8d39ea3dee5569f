"""One sending run: it hands out claimed mails to its sessions, journals marks and writes the ledger in batches."""

import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

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
from mailroom.flows.sending.verdicts import Policy
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Lane
from mailroom.records.files import store
from mailroom.records.preferences import current

CLAIM = 500  # mails held at once
MAILS_A_SESSION = 10  # another session is opened for each so many mails that wait
WRITE_AT = 250  # answers that the ledger takes in one transaction
WRITE_AFTER = 1.0  # seconds that an answer waits for it at most
LOOK_AFTER = 0.5  # seconds between looks for more urgent mail
RENEW_AFTER = 60.0


@dataclass(eq=False)
class Run:
    """Whose mail, by whom it is held, its sessions, and what it came to so far."""

    account: EmailAccount
    options: SendingOptions
    policy: Policy
    read_clock: Callable[[], datetime]
    name: str = field(default_factory=journal.holder)
    counts: Counts = field(default_factory=Counts)
    sessions: list[SmtpSession] = field(default_factory=list)
    queue: deque[Offer] = field(default_factory=deque)
    limited: str = ""  # the server's words when it said that the account sends too much for now
    trouble: str = ""  # the words of a session that was lost before it took anything
    most_taken: int = 0  # the most mails that one session has taken so far
    accepted_at: deque[float] = field(default_factory=lambda: deque(maxlen=10_000))
    beside: Beside = field(default_factory=Beside)
    ahead: "Future[list[Offer]] | None" = None  # mails that are claimed while those before them are sent
    _offers: dict[int, Offer] = field(default_factory=dict)
    _answers: dict[int, Answer] = field(default_factory=dict)  # those that may not stand on the ledger yet
    _last: dict[int, Answer] = field(default_factory=dict)  # by session, for its next mark
    _writing: "Future[list[int]] | None" = None  # the mails whose answers are being written
    _used: dict[int, int] = field(default_factory=dict)
    _stopped: bool = False
    _looked: float = 0.0
    _wrote: float = 0.0
    _renewed: float = field(default_factory=time.monotonic)

    def send(self, offers: Sequence[Offer]) -> None:
        """Send claimed mails over the open sessions; what was not tried is given back. Raises journal.LeaseLost.

        The last answers may still have to be written: they go with the next marks, or `write` puts them down.
        """
        self.queue = deque(offers)
        self.limited, self.trouble, self._stopped = "", "", False
        open_ones = [session for session in self.sessions if not session.broken]
        talks = [Talk(one, self, self.read_clock, previous=self._last.get(id(one))) for one in open_ones]
        try:
            conversation.drive(talks, self, float(self.account.timeout_seconds))
            self._end_sessions(talks)
        except journal.LeaseLost:
            self._offers.clear()
            self._answers.clear()
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
        """The mails that were claimed meanwhile."""
        ahead, self.ahead = self.ahead, None
        return ahead.result() if ahead is not None else []

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

    def _end_sessions(self, talks: Sequence[Talk]) -> None:
        """Close the sessions that are over, once their answers stand on the ledger: no mark of theirs carries them."""
        self.most_taken = max((session.taken for session in self.sessions), default=0)
        going_on = [session for session in self.sessions if not self._over(session)]
        if len(going_on) < len(self.sessions):
            self.write()
        self.sessions = going_on
        self._last = {id(talk.session): talk.previous for talk in talks if talk.previous is not None}

    def _over(self, session: SmtpSession) -> bool:
        """Whether the session has to end here; then it is closed."""
        full = self._used.get(id(session), 0) >= pace.per_session(self.account, self.options, self.read_clock())
        if session.broken or full:
            session.close()
            self._used.pop(id(session), None)
            return True
        return False

    def next(self, session: SmtpSession) -> tuple[Offer, bytes] | None:
        """The next mail that this session can take; those that it cannot take are answered here."""
        most = pace.per_session(self.account, self.options, self.read_clock())
        while self.queue and self._used.get(id(session), 0) < most and not self._stop():
            offer = self.queue.popleft()
            try:
                raw = store.content_of(offer.stored)
            except store.FileMissing as error:
                self._refused_here(offer, Reply(554, str(error)))
                continue
            offer = claims.read_again(offer, raw)
            refusal = self._hindrance(offer, session)
            if refusal is None:
                self._offers[offer.email_id] = offer
                self._used[id(session)] = self._used.get(id(session), 0) + 1
                return offer, raw
            self._refused_here(offer, refusal)
        return None

    def _hindrance(self, offer: Offer, session: SmtpSession) -> Reply | None:
        return session.refusal(offer.letter) if offer.recipients else Reply(554, _("No recipient waits for this mail."))

    def _refused_here(self, offer: Offer, reply: Reply) -> None:
        now = self.read_clock()
        self.answered(offer, Answer(offer.email_id, Transaction(reply), now, now))

    def _stop(self) -> bool:
        """Whether to hand out nothing more: suspended, or more urgent mail waits. Looked at now and then."""
        if time.monotonic() - self._looked > LOOK_AFTER:
            self._looked = time.monotonic()
            lane = self.queue[0].lane
            suspended = lane != Lane.SECURITY and current.is_suspended()
            self._stopped = suspended or claims.more_urgent(self.account.pk, lane, self.read_clock())
        return self._stopped

    def put_back(self, offer: Offer) -> None:
        """A mail that was handed out and not tried."""
        self._offers.pop(offer.email_id, None)
        self.queue.appendleft(offer)

    def answered(self, offer: Offer, answer: Answer) -> None:
        """Keep an answer for the ledger; words about the account's limit cost the mail no attempt."""
        if answer.done.limits_the_account and not self.policy.manual:
            self.limited = str(answer.done.message)
            self.put_back(offer)
            return
        self._offers[offer.email_id] = offer
        self._answers[offer.email_id] = answer
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
        self._offers.pop(offer.email_id, None)
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
            known = talk.previous is not None and talk.previous.email_id in self._answers
            text = talk.previous.to_json() if talk.previous is not None and known else ""
            rows.append((talk.current.email_id if talk.current else 0, text))
        journal.mark(self.name, rows, self.read_clock())

    def pause(self) -> None:
        """Servers work: write the ledger when enough has come together, keep the lease."""
        moment = time.monotonic()
        if self._writing is not None and self._writing.done():
            self._written()
        enough = len(self._answers) >= WRITE_AT or moment - self._wrote > WRITE_AFTER
        if self._answers and self._writing is None and enough:
            self._hand_over()
        if moment - self._renewed > RENEW_AFTER:
            self._renewed = moment
            journal.renew(self.name, self.read_clock())

    def write(self) -> None:
        """Put all answers so far on the ledger; raises journal.LeaseLost."""
        self._written()
        if self._answers:
            self._hand_over()
            self._written()

    def _hand_over(self) -> None:
        """Have the answers so far written, in one transaction with the end of their marks."""
        self._wrote = time.monotonic()
        rows = [(self._offers[pk], answer) for pk, answer in self._answers.items()]
        now = self.read_clock()

        def to_ledger() -> list[int]:
            ids = [offer.email_id for offer, _answer in rows]
            with transaction.atomic():
                journal.hold(self.name)
                settle.answered(self.account, self.options, rows, self.policy, self.counts, now)
                journal.forget(self.name, ids)
            return ids

        self._writing = self.beside.submit(to_ledger)

    def _written(self) -> None:
        """What was handed over stands on the ledger; until then the marks carry it. Raises journal.LeaseLost."""
        writing, self._writing = self._writing, None
        for pk in writing.result() if writing is not None else ():
            del self._offers[pk], self._answers[pk]


def policy(manual: bool) -> Policy:
    """The retry policy of this moment."""
    return Policy(current.read().automatic_resend_attempts, manual, random.random())  # noqa: S311 spreads retries
