"""Splits an mbox as a stream: RFC 4155, and the manners of programs (mboxo, mboxrd, mboxcl, no date).

A separator is a line that begins with "From ", stands first or after an empty line, and has a header line after it.
"""

import re
from collections.abc import Iterator
from typing import IO

SEPARATOR = b"From "
HEADER = re.compile(rb"[!-9;-~]+[ \t]*:|>?From ")
QUOTED = re.compile(rb">+From ")
LONGEST_LINE = 1 << 20


def messages(file: IO[bytes]) -> Iterator[bytes]:
    """The messages without their separators; one level of ">From" quoting is taken away."""
    message: list[bytes] | None = None
    blank = True
    line = file.readline(LONGEST_LINE)
    while line:
        following = file.readline(LONGEST_LINE)
        if blank and line.startswith(SEPARATOR) and HEADER.match(following):
            if message is not None:
                yield _whole(message)
            message = []
        elif message is not None:
            message.append(line[1:] if QUOTED.match(line) else line)
        blank = line in {b"\n", b"\r\n"}
        line = following
    if message is not None:
        yield _whole(message)


def _whole(lines: list[bytes]) -> bytes:
    """A message without the empty line that stands before the next separator."""
    if lines and lines[-1] in {b"\n", b"\r\n"}:
        lines = lines[:-1]
    return b"".join(lines)


def is_mbox(start: bytes) -> bool:
    """Whether a file that begins so is an mbox."""
    return start.startswith(SEPARATOR)


def was_read(raw: bytes) -> bool:
    """Whether the program that kept the mbox had shown the message: "Status: RO" in its header."""
    header = raw.partition(b"\n\n")[0].partition(b"\r\n\r\n")[0]
    found = re.search(rb"^Status:[ \t]*([A-Z]+)", header, re.MULTILINE)
    return found is not None and b"R" in found.group(1)
