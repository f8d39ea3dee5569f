"""Listens to one folder in a thread of its own: a push becomes a wake-up, a lost connection comes back."""

import contextlib
import random
import socket
import threading
from collections.abc import Callable

import structlog
from django.db import DatabaseError, connections
from django.utils.translation import gettext as _

from mailroom.base import clock
from mailroom.flows.receiving.models import ReceivingState
from mailroom.flows.receiving.receive import TROUBLES
from mailroom.flows.receiving.servers import imap, imap_idle
from mailroom.flows.receiving.servers.imap import ImapSession
from mailroom.records.email_accounts import connection
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation import system_locales

log = structlog.get_logger(__name__)
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0


class Listener:
    """The listener of one folder, the root folder where none is named; it speaks for its account.

    `wake` is called with the account's id whenever there may be new mail.
    """

    def __init__(self, account: EmailAccount, wake: Callable[[int], None], folder: str = "") -> None:
        self.account, self.wake, self.folder = account, wake, folder
        self._stopping = threading.Event()
        self._session: ImapSession | None = None
        self._pause = FIRST_PAUSE
        self._thread = threading.Thread(target=self._run, name=f"listen {account.pk}", daemon=True)

    def start(self) -> "Listener":
        """Begin to listen; returns at once."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Hang up; the thread ends by itself, see `join`."""
        self._stopping.set()
        session = self._session
        if session is not None:
            with contextlib.suppress(OSError):
                session.client.sock.shutdown(socket.SHUT_RDWR)

    def join(self, seconds: float) -> None:
        """Wait for its end."""
        self._thread.join(seconds)

    def _run(self) -> None:
        """Listen until stopped; a server without IDLE ends it, and polling goes on."""
        while not self._stopping.is_set():
            try:
                if not self._listen():
                    self._note(lambda: _("The server offers no push; it is polled."))
                    return
            except TROUBLES as error:
                self._lost(error)
            except Exception as error:  # whatever happens here, listening comes back
                log.exception("listener interrupted", account=self.account.email_account_id)
                self._lost(error)
            finally:
                connections.close_all()

    def _lost(self, error: BaseException) -> None:
        if self._stopping.is_set():
            return
        self._note(lambda: str(connection.explain(error)))
        connections.close_all()
        self._stopping.wait(self._pause * random.uniform(0.5, 1.0))  # noqa: S311 spreads reconnections, nothing secret
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _listen(self) -> bool:
        """One connection until it is lost; False when the server cannot push."""
        session = imap.open_session(self.account)
        self._session = session
        try:
            if not imap_idle.is_offered(session):
                return False
            session.count(self.folder or session.folders(self.account.root_folder)[0])
            self._note(lambda: "")
            self._news()  # what came while nobody listened
            while not self._stopping.is_set():
                imap_idle.wait(session, self._news)
                self._pause = FIRST_PAUSE
        finally:
            self._session = None
            session.close()
        return True

    def _news(self) -> None:
        self.wake(self.account.pk)
        connections.close_all()

    def _note(self, words: Callable[[], str]) -> None:
        """Keep on the account since when its root folder is listened to, or why it is not."""
        if self.folder:
            return
        try:
            with system_locales.speaking():
                error = words()
            since = None if error else clock.now()
            ReceivingState.objects.filter(pk=self.account.pk).update(watched_since=since, watch_error=error)
        except DatabaseError as error_of_ours:  # listening goes on; the next connection notes how it stands
            log.warning("push not noted", account=self.account.email_account_id, error=str(error_of_ours))
        finally:
            connections.close_all()
