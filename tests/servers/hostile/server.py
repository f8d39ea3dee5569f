"""What the scripted servers share: a port, a thread per connection, the script, and a record of what was said."""

import abc
import contextlib
import socket
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from tests.servers.certificates import Certificate
from tests.servers.hostile.script import Gone, Step, Wire


class HostileServer(abc.ABC):
    """Listens at once on a free port; as a context manager it stops at the end.

    The script's keys are moments: `connect` (before TLS and greeting), `greeting`, the protocol's commands, and what
    each server adds. `certificate` makes it speak TLS from the first byte.
    """

    def __init__(self, script: Mapping[str, Step] | None = None, certificate: Certificate | None = None) -> None:
        self.script = dict(script or {})
        self.host = "127.0.0.1"
        self.commands: list[str] = []
        self.connections = 0
        self._tls = certificate.server_context() if certificate else None
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server((self.host, 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, name=type(self).__name__, daemon=True)
        self._accepting.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Close the port and every connection."""
        self._stopped.set()
        for one in [self._listener, *self._sockets]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in [self._accepting, *self._threads]:
            thread.join(timeout=5)

    def forget(self) -> None:
        """Forget the conversations that are over, and what was said in them."""
        self.commands.clear()
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        self._sockets = [one for one in self._sockets if one.fileno() >= 0]

    def happens(self, moment: str, wire: Wire) -> bool:
        """Play the script's step for a moment; True when the proper answer should follow."""
        step = self.script.get(moment)
        return step(wire) if step else True

    @abc.abstractmethod
    def talk(self, wire: Wire) -> None:
        """One whole conversation, from the greeting on."""

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        self._sockets.append(connection)
        with contextlib.suppress(Gone, OSError):
            wire = Wire(connection, self._stopped)
            if self.happens("connect", wire):
                if self._tls:
                    wire.connection = self._tls.wrap_socket(connection, server_side=True)
                    self._sockets.append(wire.connection)
                self.talk(wire)
        with contextlib.suppress(OSError, UnboundLocalError):
            wire.connection.close()
        connection.close()
