"""What a server said (RFC 5321 §4.2): replies, and the answer to a whole mail."""

import json
from dataclasses import dataclass, field
from datetime import datetime

ACCOUNT_LIMITS = frozenset({421, 450, 452, 454})


class SessionLost(Exception):
    """The connection ended; `after_data` says whether the mail in turn may have been taken."""

    def __init__(self, words: str, after_data: bool) -> None:
        super().__init__(words)
        self.after_data = after_data


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's reply."""

    code: int
    text: str

    @property
    def accepted(self) -> bool:
        """2xx."""
        return 200 <= self.code < 300

    @property
    def permanent(self) -> bool:
        """5xx."""
        return self.code >= 500

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


@dataclass(frozen=True, slots=True)
class Transaction:
    """What became of one mail: the reply to the whole of it, and to each recipient that was refused.

    `limits_the_account`: the words speak of how much the account sends, not of this mail.
    """

    message: Reply
    refused: dict[str, Reply] = field(default_factory=dict)
    limits_the_account: bool = False


@dataclass(frozen=True, slots=True)
class Envelope:
    """The replies to MAIL, to each RCPT and to DATA."""

    mail: Reply
    recipients: dict[str, Reply]
    data: Reply

    @property
    def opened(self) -> bool:
        """The server waits for the body and somebody gets it."""
        return self.data.code == 354 and self.mail.accepted and any(item.accepted for item in self.recipients.values())

    @property
    def refused(self) -> dict[str, Reply]:
        """The recipients that the server does not take."""
        return {address: reply for address, reply in self.recipients.items() if not reply.accepted}

    def refusal(self) -> Transaction:
        """The answer to a mail whose body was never sent."""
        if not self.mail.accepted:
            return Transaction(self.mail, limits_the_account=400 <= self.mail.code < 500)
        closing = next((item for item in self.recipients.values() if item.code == 421), None)
        if closing is not None or self.data.code == 421:
            return Transaction(closing or self.data, limits_the_account=True)
        if len(self.refused) == len(self.recipients):
            waiting = [item for item in self.refused.values() if not item.permanent]
            return Transaction((waiting or list(self.refused.values()))[0], self.refused)
        return Transaction(self.data, self.refused, self.data.code in ACCOUNT_LIMITS)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one mail, and when it was offered and answered."""

    email_id: int
    done: Transaction
    started_at: datetime
    finished_at: datetime

    def to_json(self) -> str:
        """A short text for the journal."""
        done = self.done
        refused = [[address, reply.code, reply.text] for address, reply in done.refused.items()]
        times = [self.started_at.isoformat(), self.finished_at.isoformat()]
        return json.dumps([self.email_id, *times, done.message.code, done.message.text, refused])

    @classmethod
    def from_json(cls, text: str) -> "Answer":
        """What `to_json` wrote."""
        email_id, started, finished, code, words, refused = json.loads(text)
        replies = {address: Reply(number, said) for address, number, said in refused}
        done = Transaction(Reply(code, words), replies)
        return cls(email_id, done, datetime.fromisoformat(started), datetime.fromisoformat(finished))
