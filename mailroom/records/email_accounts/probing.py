"""The steps of *Test* (SM204002): each with its time, and for a failed one the server's words and what to do."""

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mailroom.records.email_accounts import connection
from mailroom.records.email_accounts.connection import Endpoint


@dataclass(frozen=True, slots=True)
class ProbeStep:
    """One step of a test; `seconds` is how long it took."""

    protocol: str
    name: str
    passed: bool
    seconds: float
    server_words: str = ""
    advice: str = ""


Step = tuple[str, Callable[[], object]]


def run(protocol: str, steps: Sequence[Step]) -> Iterator[ProbeStep]:
    """Run steps in order and report each; those after a failed one are not tried."""
    for name, act in steps:
        started = time.monotonic()
        try:
            answer = act()
        except Exception as error:  # a test reports whatever goes wrong instead of failing itself
            trouble = connection.explain(error)
            seconds = time.monotonic() - started
            yield ProbeStep(protocol, name, False, seconds, trouble.words, trouble.advice)
            return
        words = answer if isinstance(answer, str) else ""
        yield ProbeStep(protocol, name, True, time.monotonic() - started, words)


def resolve(endpoint: Endpoint) -> str:
    """The server's addresses."""
    if not endpoint.host:
        raise socket.gaierror("No server is entered.")
    found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    return ", ".join(sorted({str(item[4][0]) for item in found}))


def connect(endpoint: Endpoint) -> None:
    """Whether anything listens there."""
    socket.create_connection((endpoint.host, endpoint.port), timeout=endpoint.timeout).close()
