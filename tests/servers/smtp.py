"""A real SMTP server in front of Dovecot: AUTH, STARTTLS, TLS, SIZE, SMTPUTF8, and every envelope remembered.

Mail for a Dovecot mailbox is handed on by LMTP before the reply, so it is there when the sender hears 250. Mail for
the rest of the world is accepted and remembered. An unknown mailbox of the test domain is refused (550 5.1.1).
"""

import asyncio
import base64
import logging
import smtplib
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.servers import processes
from tests.servers.dovecot import DOMAIN, DovecotServer

logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd tells of its own deprecations there
MAX_SIZE = 60 * 1024 * 1024  # bytes, as announced by SIZE


@dataclass(frozen=True, slots=True)
class Sent:
    """One mail that the server took: its envelope, who was logged in, and the bytes as they came."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    user: str | None
    encrypted: bool
    options: tuple[str, ...]


class SmtpServer:
    """One running SMTP server; it shows the same certificates on the same addresses as Dovecot."""

    def __init__(self, dovecot: DovecotServer, relay_port: int) -> None:
        self.host, self.dovecot, self.certificates = "127.0.0.1", dovecot, dovecot.certificates
        self.port, self.tls_port = processes.free_port(), processes.free_port()
        self.relay_port = relay_port
        self.envelopes: list[Sent] = []
        self.refused: dict[str, str] = {}
        self.require_login = False
        self.sessions = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp", daemon=True)
        self._servers: list[asyncio.AbstractServer] = []

    def start(self) -> "SmtpServer":
        """Listen on `port` (plain and STARTTLS), `tls_port` (TLS from the first byte) and Dovecot's `relay_port`."""
        self._thread.start()
        self._run(self._listen())
        return self

    def stop(self) -> None:
        """Close every port and session."""
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()

    def refuse(self, address: str, reply: str = "550 5.1.1 No such user here") -> None:
        """Answer `reply` to RCPT TO for this address from now on."""
        self.refused[address.lower()] = reply

    def to(self, address: str) -> list[Sent]:
        """The mails taken for this recipient, oldest first."""
        return [sent for sent in self.envelopes if address.lower() in (one.lower() for one in sent.recipients)]

    def sent_by(self, address: str) -> list[Sent]:
        """The mails taken from this envelope sender, oldest first."""
        return [sent for sent in self.envelopes if sent.sender.lower() == address.lower()]

    def wait_for(self, address: str, count: int = 1, seconds: float = 10.0) -> list[Sent]:
        """The mails for `address` as soon as there are `count`; AssertionError when they do not come."""
        deadline = time.monotonic() + seconds
        while len(found := self.to(address)) < count:
            assert time.monotonic() < deadline, f"{len(found)} of {count} mails for {address} after {seconds} s"
            time.sleep(0.02)
        return found

    def forget(self) -> None:
        """Forget envelopes and refusals; every test starts so."""
        self.envelopes.clear()
        self.refused.clear()
        self.require_login = False

    def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=10)

    async def _listen(self) -> None:
        for address, certificate in self.certificates.by_address.items():
            context = certificate.server_context()
            plain = self._session(tls_context=context, auth_require_tls=False)
            inside = self._session(auth_require_tls=False)
            self._servers.append(await self._loop.create_server(plain, address, self.port))
            self._servers.append(await self._loop.create_server(inside, address, self.tls_port, ssl=context))
        # QUIRK: Dovecot's submission sends MAIL FROM with AUTH= to a relay that offers AUTH; this one offers none.
        self._servers.append(await self._loop.create_server(self._session(), "127.0.0.1", self.relay_port))

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        tasks = [task for task in asyncio.all_tasks(self._loop) if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _session(self, **options: Any) -> Callable[[], SMTP]:
        def make() -> SMTP:
            self.sessions += 1
            return SMTP(
                _Handler(self),
                hostname="smtp.mailroom.test",
                ident="ready",
                loop=self._loop,
                data_size_limit=MAX_SIZE,
                enable_SMTPUTF8=True,
                authenticator=self._authenticate,
                **options,
            )

        return make

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        user, password = data.login.decode(), data.password.decode()
        good = self.dovecot.password_is(user, password)
        return AuthResult(success=good, handled=False, auth_data=user)


class _Handler:
    """aiosmtpd's hooks: who may receive, and what happens with the data."""

    def __init__(self, server: SmtpServer) -> None:
        self.server = server

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offer what a real server offers beside aiosmtpd's own list."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", responses[-1]]

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        """RFC 7628's older sister: `user=…^Aauth=Bearer …^A^A` in base64."""
        fields = dict(part.split("=", 1) for part in base64.b64decode(args[1]).decode().split("\x01") if "=" in part)
        user, token = fields.get("user", ""), fields.get("auth", "").removeprefix("Bearer ")
        if self.server.dovecot.oauth.owner_of(token) == user:
            return AuthResult(success=True, auth_data=user)
        details = base64.b64encode(b'{"status":"401","schemes":"bearer","scope":"mail"}').decode()
        await server.challenge_auth(details, encode_to_b64=False)
        return AuthResult(success=False, handled=False)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refusals of the test first, then what a real server says."""
        if refusal := self.server.refused.get(address.lower()):
            return refusal
        if self.server.require_login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if address.lower().endswith("@" + DOMAIN) and not self.server.dovecot.has(address):
            return "550 5.1.1 User unknown in local recipient table"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Remember the envelope, deliver to Dovecot, then say 250."""
        raw = envelope.original_content or b""
        local = [address for address in envelope.rcpt_tos if self.server.dovecot.has(address)]
        if local:
            loop = asyncio.get_running_loop()
            refused = await loop.run_in_executor(None, self._deliver, envelope.mail_from or "", local, raw)
            if refused:
                return f"451 4.3.0 The mailbox server said {refused}"
        self.server.envelopes.append(
            Sent(
                envelope.mail_from or "",
                tuple(envelope.rcpt_tos),
                raw,
                str(session.auth_data) if session.authenticated else None,
                session.ssl is not None,
                tuple(envelope.mail_options),
            )
        )
        return f"250 2.0.0 Ok: queued as {len(self.server.envelopes):06}"

    async def handle_exception(self, error: Exception) -> str:
        """A client that goes away in the middle is no error of the server."""
        return f"451 4.3.0 {type(error).__name__}"

    def _deliver(self, sender: str, recipients: list[str], raw: bytes) -> str:
        try:
            with smtplib.LMTP(
                "127.0.0.1", self.server.dovecot.ports["lmtp"], local_hostname="smtp.mailroom.test"
            ) as lmtp:
                utf8 = ["SMTPUTF8"] if lmtp.ehlo_or_helo_if_needed() is None and lmtp.has_extn("smtputf8") else []
                for recipient in recipients:  # smtplib reads one reply to a body, LMTP gives one a recipient
                    lmtp.sendmail(sender, [recipient], raw, mail_options=utf8)
        except (smtplib.SMTPException, OSError, socket.gaierror, UnicodeEncodeError) as error:
            return repr(error)
        return ""
