"""Answers that do not stand on the ledger yet. Until they do, the next mark of their session carries them."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from mailroom.flows.sending.beside import Beside
from mailroom.flows.sending.claims import Offer
from mailroom.flows.sending.replies import Answer

WRITE_AT = 250  # answers that the ledger takes in one transaction
WRITE_AFTER = 1.0  # seconds that an answer waits for it at most
Rows = Sequence[tuple[Offer, Answer]]


class Unwritten:
    """Keeps answers and has `write` put them down in batches, beside the talk where there is a thread for it.

    A mail may be answered twice in a run, for one part of its recipients after the other: answers are told apart by
    identity, never by their mail.
    """

    def __init__(self, beside: Beside, write: Callable[[Rows], None]) -> None:
        self._beside, self._write = beside, write
        self._rows: dict[int, tuple[Offer, Answer]] = {}
        self._writing: Future[Rows] | None = None
        self._wrote = 0.0

    def add(self, offer: Offer, answer: Answer) -> None:
        """Keep an answer."""
        self._rows[offer.email_id] = (offer, answer)

    def has(self, answer: Answer) -> bool:
        """Whether just this answer is not known to stand on the ledger."""
        kept = self._rows.get(answer.email_id)
        return kept is not None and kept[1] is answer

    def settle(self, email_id: int) -> None:
        """A mail is handed out, perhaps again: what was answered for it before stands on the ledger from here on."""
        if email_id in self._rows:
            self.write()

    def look(self) -> None:
        """Hand over what has come together, when it is much or has waited long; raises what writing raised."""
        if self._writing is not None and self._writing.done():
            self._collect()
        moment = time.monotonic()
        enough = len(self._rows) >= WRITE_AT or moment - self._wrote > WRITE_AFTER
        if self._rows and self._writing is None and enough:
            self._hand_over()

    def write(self) -> None:
        """Have all of them written, and wait for it; raises what writing raised."""
        self._collect()
        if self._rows:
            self._hand_over()
            self._collect()

    def __bool__(self) -> bool:
        return bool(self._rows)

    def clear(self) -> None:
        """Forget them: another run settles these mails."""
        self._rows.clear()
        self._writing = None

    def _hand_over(self) -> None:
        self._wrote = time.monotonic()
        rows = list(self._rows.values())

        def written() -> Rows:
            self._write(rows)
            return rows

        self._writing = self._beside.submit(written)

    def _collect(self) -> None:
        """Let go of what was handed over and is written."""
        writing, self._writing = self._writing, None
        for offer, answer in writing.result() if writing is not None else ():
            if self.has(answer):
                del self._rows[offer.email_id]
