"""IDLE (RFC 2177): wait on an open folder until the server tells of new mail."""

import imaplib
import re
import time
from collections.abc import Callable

from mailroom.flows.receiving.servers.imap import ImapSession
from mailroom.records.email_accounts import connection

RENEW_SECONDS = 540.0  # servers may end an IDLE after 30 minutes, and routers forget silent connections after ten
NEWS = re.compile(rb"\* \d+ (EXISTS|RECENT)\b", re.IGNORECASE)


def is_offered(session: ImapSession) -> bool:
    """Whether the server can push."""
    return session.channel.offers("IDLE")


def wait(session: ImapSession, news: Callable[[], None], renew_seconds: float = RENEW_SECONDS) -> None:
    """One IDLE on the folder that is open: call `news` whenever mail has come; returns when it is time for the next.

    Raises OSError when the connection is lost (also by `session.wake_up` from another thread) or Refused.
    """
    client = session.client
    patience = client.sock.gettimeout()
    tag = client._new_tag()
    client.tagged_commands.pop(tag, None)
    client.send(tag + b" IDLE\r\n")
    _until(session, lambda line: line.startswith(b"+"), news, tag)
    client.raw.paced = False
    over = time.monotonic() + renew_seconds
    try:
        while (left := over - time.monotonic()) > 0:
            client.sock.settimeout(left)
            try:
                line = client.readline()
            except TimeoutError:
                break
            _heard(line, news, tag)
    except imaplib.IMAP4.error as error:
        raise ConnectionResetError(str(error)) from error
    finally:
        client.sock.settimeout(patience)
        client.raw.paced = True
    client.send(b"DONE\r\n")
    _until(session, lambda line: line.startswith(tag + b" "), news, tag)


def _until(session: ImapSession, is_it: Callable[[bytes], bool], news: Callable[[], None], tag: bytes) -> None:
    while True:
        try:
            line = session.client.readline()
        except imaplib.IMAP4.error as error:
            raise ConnectionResetError(str(error)) from error
        if is_it(line):
            return
        _heard(line, news, tag)


def _heard(line: bytes, news: Callable[[], None], tag: bytes) -> None:
    if not line:
        raise ConnectionResetError("The server hung up")
    if line[:5].upper() == b"* BYE":
        raise ConnectionResetError(line[5:].strip().decode("utf-8", "backslashreplace"))
    if line.startswith(tag + b" "):
        raise connection.Refused(line[len(tag) :].strip().decode("utf-8", "backslashreplace"))
    if NEWS.match(line):
        news()
