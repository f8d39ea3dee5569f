"""A scripted IMAP server (RFC 3501) over mails in memory.

Moments: `greeting` and every command, `UID` ones by both words (`LOGIN`, `SELECT`, `UID SEARCH`, `UID FETCH`,
`UID STORE`, `UID EXPUNGE`, `EXPUNGE`, `UID MOVE`, `UID COPY`, `LOGOUT` …). A step that answers a command itself is made
by `answer`, which knows the tag of the command in hand.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.servers.certificates import Certificate
from tests.servers.hostile.script import Gone, Step, Wire
from tests.servers.hostile.server import HostileServer

LITERAL = re.compile(rb"\{(\d+)(\+?)\}$")


@dataclass(slots=True)
class HeldMail:
    """One mail in memory."""

    uid: int
    raw: bytes
    flags: set[str] = field(default_factory=set)


class TaggedWire(Wire):
    """A wire that knows the tag of the command in hand."""

    tag = b"*"


def answer(text: str) -> Step:
    """Answer these lines, with `{tag}` for the command's tag: `answer("{tag} NO [TRYCREATE] no such folder")`."""

    def step(wire: Wire) -> bool:
        tag = wire.tag.decode() if isinstance(wire, TaggedWire) else "*"
        wire.send(text.replace("{tag}", tag).replace("\n", "\r\n").encode() + b"\r\n")
        return False

    return step


def half_a_literal(wire: Wire) -> bool:
    """Promise 100,000 bytes, send a few, and close."""
    wire.send(b"* 1 FETCH (UID 1 BODY[] {100000}\r\nSubject: half")
    raise Gone


class HostileImap(HostileServer):
    """Serves `raws` as the INBOX to anybody; `mails` and `moved` show what became of them."""

    def __init__(
        self,
        raws: Iterable[bytes] = (),
        script: Mapping[str, Step] | None = None,
        *,
        capabilities: str = "IMAP4rev1 UIDPLUS MOVE",
        before_sign_in: str = "",
        uidvalidity: str = "7",
        certificate: Certificate | None = None,
    ) -> None:
        self.mails = [HeldMail(uid, raw) for uid, raw in enumerate(raws, 1)]
        self.capabilities, self.uidvalidity = capabilities, uidvalidity
        self.before_sign_in = before_sign_in or capabilities
        self.highest = 0  # the highest UID ever given out
        self.moved: dict[str, list[bytes]] = {}
        self.folder = "INBOX"  # the one that was opened last
        self.broken: set[int] = set()  # UIDs whose bodies the server refuses to give out
        super().__init__(script, certificate)

    @property
    def opened(self) -> list[HeldMail]:
        """The mails of the opened folder: those of the INBOX, or those moved there."""
        if self.folder == "INBOX":
            return self.mails
        return [HeldMail(uid, raw) for uid, raw in enumerate(self.moved.get(self.folder, []), 1)]

    def talk(self, wire: Wire) -> None:
        """One session."""
        tagged = TaggedWire(wire.connection, wire.stopped)
        if self.happens("greeting", tagged):
            tagged.line(b"* OK hostile.test ready")
        while True:
            tagged.tag, _, rest = self._command(tagged).partition(b" ")
            words = rest.decode("utf-8", "replace").split(" ")
            verb = words[0].upper()
            if verb == "UID":
                verb, words = f"UID {words[1].upper()}", words[1:]
            self.commands.append(verb)
            if self.happens(verb, tagged):
                self._answer(tagged, verb, words[1:])

    def _command(self, wire: TaggedWire) -> bytes:
        """A whole command; its literals become plain words (RFC 3501 §4.3)."""
        line = wire.read_line()
        while match := LITERAL.search(line):
            if not match[2]:
                wire.line(b"+ go on")
            line = line[: match.start()] + wire.read(int(match[1])) + wire.read_line()
        return line

    def _answer(self, wire: TaggedWire, verb: str, words: list[str]) -> None:
        if verb == "CAPABILITY":
            told = self.capabilities if "LOGIN" in self.commands else self.before_sign_in
            wire.line(b"* CAPABILITY ", told.encode())
        elif verb == "LIST":
            wire.line(b'* LIST (\\HasNoChildren) "/" "INBOX"')
        elif verb in {"SELECT", "EXAMINE"}:
            self.folder = words[0].strip('"')
            wire.line(b"* %d EXISTS" % len(self.opened))
            wire.line(b"* OK [UIDVALIDITY ", self.uidvalidity.encode(), b"] as you like")
            self.highest = max([self.highest, *(mail.uid for mail in self.opened)])
            wire.line(b"* OK [UIDNEXT %d] next" % (self.highest + 1))
        elif verb in {"UID EXPUNGE", "EXPUNGE"}:
            named = self._chosen(words[0] if verb == "UID EXPUNGE" else "1:*")
            gone = [mail for _place, mail in named if "\\Deleted" in mail.flags]
            self.mails = [mail for mail in self.mails if mail not in gone]
        elif verb.startswith("UID "):
            if not self._chosen_mails(wire, verb, words):
                wire.line(wire.tag, b" NO [SERVERBUG] broken index")
                return
        elif verb == "IDLE":
            wire.line(b"+ idling")
            while wire.read_line() != b"DONE":
                pass
        elif verb == "LOGOUT":
            wire.line(b"* BYE")
            wire.line(wire.tag, b" OK done")
            raise Gone
        wire.line(wire.tag, b" OK done")

    def _chosen_mails(self, wire: TaggedWire, verb: str, words: list[str]) -> bool:
        """What the UID commands do to the mails of their set; False when one of them is broken."""
        if verb == "UID SEARCH":
            wire.line(b"* SEARCH", *[b" %d" % mail.uid for mail in self._searched([word.upper() for word in words])])
            return True
        chosen = self._chosen(words[0])
        if verb == "UID FETCH":
            items = " ".join(words[1:]).upper()
            broken = self.broken if "BODY" in items else set[int]()
            for place, mail in chosen:
                if mail.uid not in broken:
                    self._fetched(wire, place, mail, items)
            return not any(mail.uid in broken for _place, mail in chosen)
        if verb == "UID STORE":
            for _place, mail in chosen:
                flags = set(" ".join(words[2:]).strip("()").split())
                mail.flags = mail.flags - flags if words[1].startswith("-") else mail.flags | flags
        elif verb in {"UID MOVE", "UID COPY"}:
            mails = [mail for _place, mail in chosen]
            self.moved.setdefault(words[1].strip('"'), []).extend(mail.raw for mail in mails)
            if verb == "UID MOVE":
                self.mails = [mail for mail in self.mails if mail not in mails]
        return True

    def _searched(self, words: list[str]) -> list[HeldMail]:
        """`UID set`, `DELETED`, `DELETED NOT UID set`, `LARGER n SMALLER n` and a header field, or all."""
        if words[:1] == ["DELETED"]:
            spared = [mail for _place, mail in self._chosen(words[3])] if len(words) > 3 else []
            return [mail for mail in self.mails if "\\Deleted" in mail.flags and mail not in spared]
        if words[:1] == ["LARGER"]:
            text = words[6].strip('"').encode() if words[4:5] == ["HEADER"] else b""
            fits = [mail for mail in self.opened if int(words[1]) < len(mail.raw) < int(words[3])]
            return [mail for mail in fits if text in mail.raw.upper()]
        return [mail for _place, mail in self._chosen(words[1] if words[:1] == ["UID"] else "1:*")]

    def _fetched(self, wire: TaggedWire, place: int, mail: HeldMail, items: str) -> None:
        parts = [b"UID %d" % mail.uid, b"FLAGS (%b)" % " ".join(sorted(mail.flags)).encode()]
        if "RFC822.SIZE" in items:
            parts.append(b"RFC822.SIZE %d" % len(mail.raw))
        if "INTERNALDATE" in items:
            parts.append(b'INTERNALDATE "24-Nov-2026 09:00:00 +0000"')
        if "BODY" in items:
            header = "HEADER" in items
            raw = mail.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if header else mail.raw
            parts.append(b"BODY[%b] {%d}\r\n%b" % (b"HEADER" if header else b"", len(raw), raw))
        wire.line(b"* %d FETCH (" % place, b" ".join(parts), b")")

    def _chosen(self, wanted: str) -> list[tuple[int, HeldMail]]:
        """The mails of a UID set, each with its place; `n:*` always holds the last (RFC 3501 §6.4.8)."""
        mails = self.opened
        highest = max([mail.uid for mail in mails], default=0)
        ranges = []
        for part in wanted.split(","):
            ends = [highest if end == "*" else int(end) for end in part.split(":")]
            ranges.append((min(ends), max(ends)))
        return [
            (place, mail) for place, mail in enumerate(mails, 1) if any(low <= mail.uid <= high for low, high in ranges)
        ]
