"""The running world of mail: both servers and the answering customers, on a loop in a thread of its own."""

import asyncio
import contextlib
import json
import logging
import smtplib
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailroom.demo.mail_world import customers, imap_server, smtp_server
from mailroom.demo.mail_world.residents import Manner, Resident, Town

PREFERRED_PORTS = {"smtp": 10025, "imap": 10143}
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds after which a customer answers the first time, and how much longer each further answer takes."""

    first: float = 6.0
    more: float = 4.0


class MailWorld:
    """Start with `start`, end with `stop`. What was delivered stays in the folder for the next start."""

    def __init__(self, folder: Path, residents: Iterable[Resident], pace: Pace = Pace()) -> None:
        """A world that keeps its mail in `folder`; nothing runs yet."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.town = Town(folder / "mailboxes")
        self.town.settle(residents)
        self.pace = pace
        self.smtp_port = self.imap_port = 0
        self.handler = smtp_server.Handler(self.town, self._delivered)
        self._answered: dict[str, int] = self._read("answered.json")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="demo-mail-world", daemon=True)
        self._servers: list[asyncio.Server] = []
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # the library tells of every command

    def start(self) -> "MailWorld":
        """Listen on loopback, on the ports of last time where they are free; returns itself."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(30)
        return self

    @contextlib.contextmanager
    def telling_the_past(self) -> Iterator[None]:
        """While the company's history is sent, nobody answers and nobody greylists."""
        self.handler.lenient = True
        try:
            yield
        finally:
            self.handler.lenient = False

    def stop(self) -> None:
        """Close the servers and end the thread; answers still to come are dropped."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    async def _listen(self) -> None:
        wanted = {**PREFERRED_PORTS, **self._read("ports.json")}
        smtp = await _on_a_free_port(
            lambda port: self._loop.create_server(lambda: smtp_server.protocol(self.handler), HOST, port),
            wanted["smtp"],
        )
        imap = await _on_a_free_port(lambda port: imap_server.listen(self.town, port), wanted["imap"])
        self._servers = [smtp, imap]
        self.smtp_port, self.imap_port = (server.sockets[0].getsockname()[1] for server in self._servers)
        self._write("ports.json", {"smtp": self.smtp_port, "imap": self.imap_port})

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _delivered(self, resident: Resident, sender: str, raw: bytes) -> None:
        """A mail reached a resident with a manner: plan the reaction."""
        if self.handler.lenient:
            return
        key = f"{resident.address.lower()} {customers.conversation(customers.read(raw))}"
        answered = self._answered.get(key, 0)
        wait = self.pace.first + self.pace.more * min(answered, 2)
        self._loop.call_later(wait, self._react, key, resident, sender, raw)

    def _react(self, key: str, resident: Resident, sender: str, raw: bytes) -> None:
        answered = self._answered.get(key, 0)
        posted = customers.reaction(resident, sender, raw, answered, datetime.now(UTC))
        if posted is None:
            return
        if resident.manner is not Manner.BOUNCES:
            self._answered[key] = answered + 1
            self._write("answered.json", self._answered)
        self._loop.run_in_executor(None, self._post, posted)

    def _post(self, posted: customers.Posted) -> None:
        """Hand the answer to the company's server, as the customer's server would. A refusal ends the matter."""
        with (
            contextlib.suppress(smtplib.SMTPException, OSError),
            smtplib.SMTP(HOST, self.smtp_port, timeout=20) as client,
        ):
            client.sendmail(posted.sender, [posted.recipient], posted.raw)

    def _read(self, name: str) -> dict[str, int]:
        note = self.folder / name
        content: dict[str, int] = json.loads(note.read_text()) if note.exists() else {}
        return content

    def _write(self, name: str, content: dict[str, int]) -> None:
        draft = self.folder / f"{name}.new"
        draft.write_text(json.dumps(content))
        draft.rename(self.folder / name)


async def _on_a_free_port(listen: Callable[[int], Awaitable[asyncio.Server]], port: int) -> asyncio.Server:
    """Listen on `port`, or on any free one when somebody else has it."""
    try:
        return await listen(port)
    except OSError:
        return await listen(0)
