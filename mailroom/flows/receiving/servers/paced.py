"""Reading from a socket with patience that ends: a silent server and one that drips are both time-outs."""

import io
import socket
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BUFFER = 256 * 1024
SLOWEST = 16 * 1024  # bytes a second, on average over one command
PATIENCE = 4  # time-outs that a command may last before its pace is looked at


class PacedSocket(io.RawIOBase):
    """A socket as a file. Silence ends by the socket's own time-out; a drip ends when a command's pace is too slow."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__()
        self._socket = sock
        self._began = time.monotonic()
        self._came = 0
        self.paced = True

    def begin(self) -> None:
        """A new command: its time and its bytes are counted from here."""
        self._began, self._came = time.monotonic(), 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Bytes as they come; raises TimeoutError for silence and for a drip."""
        count = self._socket.recv_into(buffer)
        self._came += count
        patience = self._socket.gettimeout()
        if self.paced and patience is not None:
            spent = time.monotonic() - self._began
            if spent > PATIENCE * patience and self._came < spent * SLOWEST:
                raise TimeoutError(f"The server sent only {self._came} bytes in {spent:.0f} seconds")
        return count


def reader(sock: socket.socket) -> tuple[PacedSocket, io.BufferedReader]:
    """The socket's paced face and a buffered reader over it."""
    raw = PacedSocket(sock)
    return raw, io.BufferedReader(raw, BUFFER)
