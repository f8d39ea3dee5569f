"""Reading what an IMAP client says (RFC 3501 §9): commands with atoms, strings, literals and lists."""

import asyncio
import re
from dataclasses import dataclass
from typing import TypeAlias

LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r\n$")
TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([()])|\x00(\d+)\x00|((?:[^\s()"\x00\[]|\[[^\]]*\])+)')
LARGEST = 30_000_000

Word: TypeAlias = "str | bytes | list[Word]"


class BadCommand(Exception):
    """The client said something that is no command; the text goes into the BAD reply."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: the client's tag, the name in upper case, and its words."""

    tag: str
    name: str
    words: list[Word]


async def read_command(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Command | None:
    """The next command, its literals asked for and read; None at the end of the connection."""
    text, literals = "", list[bytes]()
    while True:
        line = await reader.readline()
        if not line:
            return None
        match = LITERAL.search(line)
        if match is None:
            text += _plain(line)
            return _command(text, literals)
        size = int(match[1])
        if size > LARGEST:
            raise BadCommand("literal too large")
        text += f"{_plain(line[: match.start()])}\0{len(literals)}\0"
        if not match[2]:
            writer.write(b"+ go ahead\r\n")
            await writer.drain()
        literals.append(await reader.readexactly(size))


def _plain(line: bytes) -> str:
    return line.decode("utf-8", "replace").replace("\0", "")


def _command(text: str, literals: list[bytes]) -> Command:
    tag, _, rest = text.strip().partition(" ")
    words = _words(rest, literals)
    if not tag or not words or not isinstance(words[0], str):
        raise BadCommand("a tag and a command are needed")
    name = words.pop(0)
    return Command(tag, str(name).upper(), words)


def _words(text: str, literals: list[bytes]) -> list[Word]:
    stack: list[list[Word]] = [[]]
    for match in TOKEN.finditer(text):
        quoted, bracket, literal, atom = match.groups()
        if bracket == "(":
            stack.append([])
        elif bracket == ")":
            if len(stack) == 1:
                raise BadCommand("a bracket too many")
            closed = stack.pop()
            stack[-1].append(closed)
        elif literal is not None:
            stack[-1].append(literals[int(literal)])
        else:
            stack[-1].append(atom if atom is not None else re.sub(r"\\(.)", r"\1", quoted))
    if len(stack) != 1:
        raise BadCommand("a bracket too few")
    return stack[0]


def text_of(word: Word) -> str:
    """A word as text; a list is refused."""
    if isinstance(word, list):
        raise BadCommand("a string was expected")
    return word.decode("utf-8", "replace") if isinstance(word, bytes) else word


def numbers(text: str, present: list[int]) -> list[int]:
    """The members of `present` (ascending) that a sequence set such as `1:3,7,9:*` names (RFC 3501 `sequence-set`)."""
    highest = present[-1] if present else 0
    wanted: set[int] = set()
    for piece in text.split(","):
        first, _, last = piece.partition(":")
        ends = [highest if end == "*" else _number(end) for end in (first, last or first)]
        wanted.update(number for number in present if min(ends) <= number <= max(ends))
    return sorted(wanted)


def _number(text: str) -> int:
    if not text.isdigit():
        raise BadCommand("a number was expected")
    return int(text)


def quoted(text: str) -> str:
    """Text as a quoted string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
