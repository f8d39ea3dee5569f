"""One IMAP connection (RFC 3501, with IDLE RFC 2177, UIDPLUS RFC 4315 and MOVE RFC 6851)."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from mailroom.demo.mail_world import imap_fetch, imap_grammar
from mailroom.demo.mail_world.imap_grammar import BadCommand, Command, text_of
from mailroom.demo.mail_world.imap_view import View
from mailroom.demo.mail_world.mailboxes import Folder, Mailbox
from mailroom.demo.mail_world.residents import Town

CAPABILITIES = "IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN IDLE UIDPLUS MOVE UNSELECT NAMESPACE ID"
SIGNED_OUT = frozenset({"CAPABILITY", "NOOP", "LOGOUT", "ID", "LOGIN", "AUTHENTICATE"})


class Refused(Exception):
    """The command is fine but cannot be done; the text goes into the NO reply."""


class Session:
    """What one client has done so far: who it is and which folder it looks at. Commands are the `do_` methods."""

    def __init__(self, town: Town, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A session that is not signed in yet."""
        self.town, self.reader, self.writer = town, reader, writer
        self.mailbox: Mailbox | None = None
        self.view: View | None = None
        self.ended = False

    async def run(self) -> None:
        """Greet and answer commands until the client leaves."""
        self.say(f"* OK [CAPABILITY {CAPABILITIES}] The demo world of Mailroom")
        while not self.ended:
            await self.writer.drain()
            try:
                command = await imap_grammar.read_command(self.reader, self.writer)
            except BadCommand as mistake:
                self.say(f"* BAD {mistake}")
                continue
            if command is None:
                return
            await self._answer(command)

    async def _answer(self, command: Command) -> None:
        by_uid = command.name == "UID"
        try:
            if by_uid:
                command = Command(command.tag, text_of(command.words[0]).upper(), command.words[1:])
            done = await self._do(command, by_uid)
            self.say(f"{command.tag} OK {done or command.name + ' done'}")
        except Refused as refusal:
            self.say(f"{command.tag} NO {refusal}")
        except (BadCommand, IndexError, ValueError) as mistake:
            self.say(f"{command.tag} BAD {mistake}")

    async def _do(self, command: Command, by_uid: bool) -> str | None:
        if command.name not in SIGNED_OUT and self.mailbox is None:
            raise Refused("Sign in first")
        numbered: dict[str, Callable[[list[imap_grammar.Word], bool], str | None]] = {
            "FETCH": self.fetch, "SEARCH": self.search, "STORE": self.store,
            "EXPUNGE": self.expunge, "COPY": self.copy, "MOVE": self.move,
        }  # fmt: skip
        waiting: dict[str, Callable[[Command], Awaitable[None]]] = {
            "IDLE": self.idle, "AUTHENTICATE": self.authenticate
        }  # fmt: skip
        if command.name in numbered:
            return numbered[command.name](command.words, by_uid)
        if command.name in waiting:
            await waiting[command.name](command)
            return None
        action = getattr(self, f"do_{command.name.lower()}", None)
        if action is None:
            raise BadCommand(f"{command.name} is not offered here")
        done: str | None = action(command.words)
        return done

    def say(self, line: str | bytes) -> None:
        """One reply line to the client."""
        self.writer.write((line.encode() if isinstance(line, str) else line) + b"\r\n")

    # Signing in and out (RFC 3501 §6.1, §6.2)

    def do_capability(self, _words: list[imap_grammar.Word]) -> None:
        self.say(f"* CAPABILITY {CAPABILITIES}")

    def do_id(self, _words: list[imap_grammar.Word]) -> None:
        self.say('* ID ("name" "Mailroom demo world")')

    def do_logout(self, _words: list[imap_grammar.Word]) -> None:
        self.ended = True
        self.say("* BYE Until next time")

    def do_login(self, words: list[imap_grammar.Word]) -> str:
        return self._sign_in(text_of(words[0]), text_of(words[1]))

    async def authenticate(self, command: Command) -> None:
        """SASL PLAIN (RFC 4616), with or without an initial response."""
        if text_of(command.words[0]).upper() != "PLAIN":
            raise Refused("Only PLAIN is offered")
        if len(command.words) > 1:
            answer = text_of(command.words[1]).encode()
        else:
            self.say("+ ")
            await self.writer.drain()
            answer = await self.reader.readline()
        try:
            _, login, password = base64.b64decode(answer).decode().split("\0")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise BadCommand("the answer is no base64") from error
        self._sign_in(login, password)

    def _sign_in(self, login: str, password: str) -> str:
        resident = self.town.sign_in(login, password)
        if resident is None:
            raise Refused("[AUTHENTICATIONFAILED] Wrong user name or password")
        self.mailbox = self.town.mailbox(resident)
        return f"[CAPABILITY {CAPABILITIES}] Welcome"

    # Folders (RFC 3501 §6.3)

    def do_namespace(self, _words: list[imap_grammar.Word]) -> None:
        self.say('* NAMESPACE (("" "/")) NIL NIL')

    def do_list(self, words: list[imap_grammar.Word]) -> None:
        if text_of(words[1]) == "":
            self.say('* LIST (\\Noselect) "/" ""')
            return
        start = (text_of(words[0]) + text_of(words[1])).rstrip("*%")
        for name in self._mailbox.names():
            if name.upper().startswith(start.upper()):
                self.say(f'* LIST (\\HasNoChildren) "/" {imap_grammar.quoted(name)}')

    do_lsub = do_list

    def do_create(self, words: list[imap_grammar.Word]) -> None:
        if self._mailbox.folder(text_of(words[0]), create=True) is None:
            raise Refused("A folder cannot have that name")

    def do_subscribe(self, words: list[imap_grammar.Word]) -> None:
        self._find(words[0])

    def do_select(self, words: list[imap_grammar.Word]) -> str:
        folder = self._find(words[0])
        self.view = View(folder, self.say)
        self.say(f"* {len(self.view.uids)} EXISTS")
        self.say("* 0 RECENT")
        self.say("* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)")
        self.say("* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)] Kept")
        self.say(f"* OK [UIDVALIDITY {folder.uidvalidity}] UIDs hold")
        self.say(f"* OK [UIDNEXT {folder.uidnext}] Next")
        return "[READ-WRITE] Selected"

    def do_examine(self, words: list[imap_grammar.Word]) -> str:
        self.do_select(words)
        return "[READ-ONLY] Examined"

    def do_status(self, words: list[imap_grammar.Word]) -> None:
        folder = self._find(words[0])
        messages = folder.messages()
        figures = {
            "MESSAGES": len(messages), "UIDNEXT": folder.uidnext, "UIDVALIDITY": folder.uidvalidity, "RECENT": 0,
            "UNSEEN": sum("\\Seen" not in kept.flags for kept in messages),
        }  # fmt: skip
        asked = [text_of(word).upper() for word in (words[1] if isinstance(words[1], list) else [])]
        said = " ".join(f"{name} {figures[name]}" for name in asked if name in figures)
        self.say(f"* STATUS {imap_grammar.quoted(text_of(words[0]))} ({said})")

    def do_append(self, words: list[imap_grammar.Word]) -> str:
        folder, raw = self._find(words[0]), words[-1]
        if not isinstance(raw, bytes):
            raise BadCommand("a literal was expected")
        flags = [text_of(flag) for word in words[1:-1] if isinstance(word, list) for flag in word]
        dates = [parsedate_to_datetime(text_of(word)) for word in words[1:-1] if not isinstance(word, list)]
        kept = folder.append(raw, dates[0] if dates else datetime.now(UTC), flags)
        return f"[APPENDUID {folder.uidvalidity} {kept.uid}] Kept"

    def do_close(self, _words: list[imap_grammar.Word]) -> None:
        if self.view is not None:
            self.view.folder.remove(kept.uid for _, kept in self.view.present() if "\\Deleted" in kept.flags)
        self.view = None

    def do_unselect(self, _words: list[imap_grammar.Word]) -> None:
        self.view = None

    def do_noop(self, _words: list[imap_grammar.Word]) -> None:
        if self.view is not None:
            self.view.tell_news()

    do_check = do_noop

    async def idle(self, command: Command) -> None:
        """Tell of changes until the client says DONE (RFC 2177)."""
        loop, news = asyncio.get_running_loop(), asyncio.Event()

        def tell() -> None:
            loop.call_soon_threadsafe(news.set)

        stop = self._view.folder.watch(tell)
        self.say("+ idling")
        done = asyncio.ensure_future(self.reader.readline())
        try:
            while not done.done():
                self._view.tell_news()
                await self.writer.drain()
                changed = asyncio.ensure_future(news.wait())
                await asyncio.wait({done, changed}, return_when=asyncio.FIRST_COMPLETED)
                changed.cancel()
                news.clear()
        finally:
            stop()
            done.cancel()

    # Messages (RFC 3501 §6.4): `words` are those after the command's name

    def fetch(self, words: list[imap_grammar.Word], by_uid: bool) -> None:
        items = imap_fetch.items_of(words[1])
        marks_as_seen = imap_fetch.marks_as_seen(items)
        for place, kept in self._view.chosen(words[0], by_uid):
            seen = self._view.folder.set_flags(kept.uid, kept.flags | {"\\Seen"}) if marks_as_seen else None
            self.say(b"* %d FETCH " % place + imap_fetch.answer(seen or kept, items, by_uid))

    def search(self, words: list[imap_grammar.Word], by_uid: bool) -> None:
        found = self._view.found(words, by_uid)
        self.say(" ".join(["* SEARCH", *map(str, found)]))

    def store(self, words: list[imap_grammar.Word], by_uid: bool) -> None:
        how, given = text_of(words[1]).upper(), words[2]
        names = frozenset(map(text_of, given if isinstance(given, list) else [given]))
        for place, kept in self._view.chosen(words[0], by_uid):
            flags = kept.flags | names if how[0] == "+" else kept.flags - names if how[0] == "-" else names
            changed = self._view.folder.set_flags(kept.uid, flags)
            if changed is not None and not how.endswith(".SILENT"):
                self.say(b"* %d FETCH " % place + imap_fetch.answer(changed, ["FLAGS"], by_uid))

    def expunge(self, words: list[imap_grammar.Word], by_uid: bool) -> None:
        chosen = self._view.chosen(words[0], True) if by_uid else self._view.present()
        self._view.folder.remove(kept.uid for _, kept in chosen if "\\Deleted" in kept.flags)
        self._view.tell_news()

    def copy(self, words: list[imap_grammar.Word], by_uid: bool) -> str:
        target = self._find(words[1])
        chosen = [kept for _, kept in self._view.chosen(words[0], by_uid)]
        copies = [target.append(kept.path.read_bytes(), kept.arrived, kept.flags) for kept in chosen]
        sources, places = (",".join(str(kept.uid) for kept in group) for group in (chosen, copies))
        return f"[COPYUID {target.uidvalidity} {sources} {places}] Copied" if copies else "Nothing to copy"

    def move(self, words: list[imap_grammar.Word], by_uid: bool) -> str:
        chosen = [kept.uid for _, kept in self._view.chosen(words[0], by_uid)]
        done = self.copy(words, by_uid)
        self.say(f"* OK {done}")
        self._view.folder.remove(chosen)
        self._view.tell_news()
        return "Moved"

    @property
    def _view(self) -> View:
        if self.view is None:
            raise BadCommand("Select a folder first")
        return self.view

    @property
    def _mailbox(self) -> Mailbox:
        if self.mailbox is None:
            raise Refused("Sign in first")
        return self.mailbox

    def _find(self, word: imap_grammar.Word) -> Folder:
        folder = self._mailbox.folder(text_of(word))
        if folder is None:
            raise Refused("[TRYCREATE] There is no such folder")
        return folder
