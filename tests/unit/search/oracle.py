"""Search as a person would do it with all mails in hand: the yardstick for both databases."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from mailroom.records.emails.search import words


@dataclass(frozen=True)
class Mail:
    subject: str
    body: str
    sender: tuple[str, str]
    to: tuple[tuple[str, str], ...] = ()
    cc: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()

    def fields(self) -> dict[str, Any]:
        return dict(self.__dict__)

    def addresses(self, field: str) -> list[list[str]]:
        groups = {"from": (self.sender,), "to": self.to, "cc": self.cc}
        chosen = groups[field] if field else (self.sender, *self.to, *self.cc)
        return [words.split(f"{name} {address}") for name, address in chosen]


@dataclass(frozen=True)
class Known:
    pk: int
    mail: Mail


KARI = ("", "kari@stal.example")
OLA = ("Ola", "ola@stal.example")
MAILS = (
    Mail("Offer on steel", "We offer steel beams", ("Kari Nord", "kari@stal.example"), (("", "sales@hub.test"),)),
    Mail("Re: Offer on steel", "Thanks for the offer, beams fit", ("Sales", "sales@hub.test"), (KARI,)),
    Mail("Møte på torsdag", "Vi ses på møterommet, ta med tegning", ("Åse Dahl", "ase.dahl@bygg.example"), cc=(OLA,)),
    Mail("Invoice 4711", "Please pay 4711 by Friday", ("", "billing@fjordkraft.example"), files=("invoice-4711.pdf",)),
    Mail("Beams late", "The steel is late. No beams today.", ("Ola Nordli", "ola@stal.example"), (KARI,)),
    Mail("", "steel steel steel", ("", "robot@stal.example"), files=("Tegning blå.dwg", "beams.pdf")),
    Mail("Offer", "", ("Dahl, Per", "per@dahl.example"), (("Åse", "ase.dahl@bygg.example"), ("", "sales@hub.test"))),
)  # fmt: skip
WORDS = (
    "offer",
    "steel",
    "beams",
    "møte",
    "mote",
    "på",
    "4711",
    "invoice",
    "kari",
    "dahl",
    "pdf",
    "late",
    "on",
    "is",
    "bla",
)
PARTS = "kari ari dahl ahl stal ale ord hub sales fjordkr kraft ase ola".split()


def queries() -> st.SearchStrategy[str]:
    """Queries of one to four terms of all kinds."""
    word = st.sampled_from(WORDS)
    part = st.sampled_from(PARTS)
    two = st.tuples(word, word).map(" ".join)
    term = st.one_of(
        word,
        part,
        word.map(lambda one: one[:3] + "*"),
        two.map(lambda both: f'"{both}"'),
        word.map(lambda one: f"subject:{one}"),
        two.map(lambda both: f'subject:"{both}"'),
        st.tuples(st.sampled_from(("from", "to", "cc")), part).map(":".join),
        st.tuples(part, part).map("@".join),
        st.just("has:attachment"),
    )
    signed = st.tuples(st.sampled_from(("", "", "-")), term).map("".join)
    return st.lists(signed, min_size=1, max_size=4).map(" ".join)


def found(text: str, mails: Sequence[Known]) -> set[int]:
    """The keys of the mails for which every term holds."""
    terms = _terms(text)
    return {known.pk for known in mails if all(_holds(term, known.mail) for term in terms)}


def _terms(text: str) -> list[str]:
    pieces, quoted, piece = [], False, ""
    for letter in text + " ":
        quoted ^= letter == '"'
        if letter == " " and not quoted:
            pieces.append(piece)
            piece = ""
        else:
            piece += letter
    return [piece for piece in pieces if piece]


def _holds(term: str, mail: Mail) -> bool:
    if term.startswith("-"):
        return not _holds(term[1:], mail)
    if term == "has:attachment":
        return bool(mail.files)
    field, colon, value = term.rpartition(":")
    wanted = words.split(value)
    if field == "subject":
        return _follow([words.split(mail.subject)], wanted, value.endswith("*"))
    if colon:
        return all(_part(word, mail.addresses(field)) for word in wanted)
    texts = [words.split(mail.subject), words.split(mail.body), *mail.addresses("")]
    texts += [words.split(name) for name in mail.files]
    if _follow(texts, wanted, value.endswith("*")):
        return True
    if value.startswith('"') or (len(wanted) > 1 and "@" not in value):
        return False
    return all(_part(word, mail.addresses("")) for word in wanted)


def _part(word: str, addresses: Sequence[Sequence[str]]) -> bool:
    holds: Callable[[str], bool] = (lambda known: word in known) if len(word) > 2 else (lambda known: word == known)
    return any(holds(known) for address in addresses for known in address)


def _follow(texts: Sequence[Sequence[str]], wanted: Sequence[str], prefix: bool) -> bool:
    size = len(wanted)
    return any(
        _same(text[place : place + size], wanted, prefix) for text in texts for place in range(len(text) - size + 1)
    )


def _same(some: Sequence[str], wanted: Sequence[str], prefix: bool) -> bool:
    if prefix:
        return list(some[:-1]) == list(wanted[:-1]) and some[-1].startswith(wanted[-1])
    return list(some) == list(wanted)
