"""Parsing alone: `mime` against the standard library's `compat32` and against fast-mail-parser, in one run.

Usage: python -m bench.mime [COUNT]. The corpus lies under $BENCH_ROOT/corpus; without one, a small one is built.
"""

import email.parser
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email import policy
from pathlib import Path

import fast_mail_parser

from mailroom.mime import build, parse
from mailroom.mime.message import Address

ROUNDS = 3


def compat32(raw: bytes) -> None:
    """Structure, subject and decoded contents by the standard library."""
    message = email.parser.BytesParser(policy=policy.compat32).parsebytes(raw)
    for part in message.walk():
        if not part.is_multipart():
            part.get_payload(decode=True)


def ours(raw: bytes) -> None:
    """A whole Message: what receiving asks for."""
    parse.parse(raw)


def fast(raw: bytes) -> None:
    """The Rust parser, flat parts."""
    fast_mail_parser.parse_email(raw)


def corpus(count: int) -> list[bytes]:
    """Mails of mixed size."""
    root = os.environ.get("BENCH_ROOT")
    files = sorted((Path(root) / "corpus").rglob("*.eml"))[:count] if root else []
    return [file.read_bytes() for file in files] or [_built(number) for number in range(count)]


def _built(number: int) -> bytes:
    sizes = (0, 0, 0, 20_000, 80_000, 400_000)
    content = bytes(range(256)) * (sizes[number % len(sizes)] // 256)
    return build.build(
        build.Outgoing(
            from_=Address("Kari Nordmann", "kari@example.org"),
            to=(Address("Ola Åsen", "ola@example.com"),),
            subject=f"Faktura nr. {number} – forfall på fredag",
            message_id=f"{number}@example.org",
            date=datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
            text="Hei!\nHer kommer fakturaen vår, på kroner og øre.\n" * (5 + number % 60),
            html="<p>Hei!</p><p>Her kommer fakturaen vår, på kroner og øre.</p>" * (5 + number % 60),
            attachments=(build.File("faktura.pdf", "application/pdf", content),) if content else (),
        )
    )


def seconds(run: Callable[[bytes], None], raws: Sequence[bytes]) -> float:
    """Processor seconds for all mails, the median of three rounds."""
    rounds = []
    for _round in range(ROUNDS):
        start = time.process_time()
        for raw in raws:
            run(raw)
        rounds.append(time.process_time() - start)
    return statistics.median(rounds)


def main() -> int:
    """Print the ratios."""
    raws = corpus(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    for run in (compat32, ours, fast):
        run(raws[0])
    found = {run.__name__: seconds(run, raws) for run in (compat32, ours, fast)}
    megabytes = sum(map(len, raws)) / 1e6
    for name, spent in found.items():
        print(f"{name:10} {len(raws) / spent:10.0f} mails/s {megabytes / spent:8.0f} MB/s")
    print(f"ours is {found['compat32'] / found['ours']:.1f} times compat32 (at least 8 asked)")
    print(f"ours takes {found['ours'] / found['fast']:.2f} times fast-mail-parser's time (at most 2 asked)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
