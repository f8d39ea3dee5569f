"""Who lives in the world of mail, and how each of them treats the post."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from mailroom.demo.mail_world import mailboxes


class Manner(StrEnum):
    """What happens to mail for a resident."""

    QUIET = "quiet"  # takes it and says nothing: accounts of the company, employees
    ANSWERS = "answers"
    OUT_OF_OFFICE = "out_of_office"
    BOUNCES = "bounces"  # the server takes it, then reports that it could not be delivered
    GREYLISTED = "greylisted"  # 451 at the first try, then as ANSWERS
    REFUSED = "refused"  # 550 at once


@dataclass(frozen=True, slots=True)
class Resident:
    """An address with a mailbox here. `company` marks addresses that must sign in before they send."""

    address: str
    password: str
    name: str = ""
    language: str = "en"
    manner: Manner = Manner.QUIET
    company: bool = False
    title: str = ""


@dataclass(slots=True)
class Town:
    """All residents and their mailboxes, by address in lower case."""

    folder: Path
    residents: dict[str, Resident] = field(default_factory=dict)
    _open: dict[str, mailboxes.Mailbox] = field(default_factory=dict)

    def settle(self, residents: Iterable[Resident]) -> None:
        """Let these people live here."""
        self.residents.update({resident.address.lower(): resident for resident in residents})

    def find(self, address: str) -> Resident | None:
        """The resident of this address; `name+tag@` reaches `name@` (RFC 5233)."""
        address = address.strip().lower()
        local, _, domain = address.rpartition("@")
        return self.residents.get(address) or self.residents.get(f"{local.partition('+')[0]}@{domain}")

    def sign_in(self, login: str, password: str) -> Resident | None:
        """The resident whose address and password these are."""
        resident = self.residents.get(login.strip().lower())
        return resident if resident is not None and resident.password == password else None

    def mailbox(self, resident: Resident) -> mailboxes.Mailbox:
        """The mailbox of a resident, opened once."""
        key = resident.address.lower()
        if key not in self._open:
            self._open[key] = mailboxes.Mailbox(self.folder / key)
        return self._open[key]
