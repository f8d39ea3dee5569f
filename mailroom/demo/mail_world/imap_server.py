"""The IMAP side of the world of mail: one listening socket, one session a connection."""

import asyncio
import contextlib

from mailroom.demo.mail_world import imap_grammar, imap_session
from mailroom.demo.mail_world.residents import Town


async def listen(town: Town, port: int) -> asyncio.Server:
    """Serve the mailboxes of `town` on loopback; port 0 takes a free one."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await imap_session.Session(town, reader, writer).run()
        with contextlib.suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()

    return await asyncio.start_server(serve, "127.0.0.1", port, limit=imap_grammar.LARGEST)
