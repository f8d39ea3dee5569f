"""Parsing alone: `mime` against the standard library's `compat32` and against fast-mail-parser.

The standard library's parser hands over structure, subject and decoded contents; ours makes the whole Message that
receiving asks for; fast-mail-parser gives flat parts.
"""

import email.parser
import sys
from collections.abc import Callable
from email import policy

import fast_mail_parser

from bench import letters
from bench.contenders import Contender, Meter, Table, race
from mailroom.mime import parse

TITLE = "Parsing"
WARMING = 100  # letters that each parser reads before the clock starts


def bench(small: bool) -> list[Table]:
    """The three parsers over the same mails."""
    count = 300 if small else 2000
    letters.make(count)
    contenders = [
        Contender(name, [sys.executable, "-m", "bench.mime", name, str(count)], yardstick=name == "compat32")
        for name in PARSERS
    ]
    table = race("mime", TITLE, contenders)
    ours, fast = table.row("mailroom"), table.row("fast-mail-parser")
    notes = [
        f"mailroom is {ours.ratio:.1f} × compat32 (asked: at least 8)",
        f"mailroom takes {ours.processor / fast.processor:.2f} × the time of fast-mail-parser (asked: at most 2)",
    ]
    return [Table(table.name, table.title, table.count, table.rounds, table.yardstick, table.rows, notes)]


def compat32(raw: bytes) -> None:
    """Structure, subject and decoded contents by the standard library."""
    message = email.parser.BytesParser(policy=policy.compat32).parsebytes(raw)
    for part in message.walk():
        if not part.is_multipart():
            part.get_payload(decode=True)


PARSERS: dict[str, Callable[[bytes], object]] = {
    "compat32": compat32,
    "mailroom": parse.parse,
    "fast-mail-parser": fast_mail_parser.parse_email,
}


def case(name: str, count: int) -> None:
    """One parser over all mails, from memory, once its modules and tables are loaded."""
    run = PARSERS[name]
    raws = [file.read_bytes() for file in letters.make(count)]
    for raw in raws[:WARMING]:
        run(raw)
    with Meter() as meter:
        for raw in raws:
            run(raw)
    meter.report(count, sum(map(len, raws)))


if __name__ == "__main__":
    case(sys.argv[1], int(sys.argv[2]))
