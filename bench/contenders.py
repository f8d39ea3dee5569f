"""Contenders side by side: each a process of its own, run in turn A B C A B C; medians, and ratios to a yardstick.

A bench module builds `Contender`s and calls `race`; the process of a contender measures itself with `Meter`:

    # bench/example.py
    TITLE = "Doing the thing"

    def bench(small: bool) -> list[Table]:
        count = 100 if small else 10_000
        return [race("example", TITLE, [
            Contender("peer", [peers.python("peer==1.0"), "-m", "bench.example", "peer", str(count)], yardstick=True),
            Contender("mailroom", [sys.executable, "-m", "bench.example", "ours", str(count)], prepare=fill),
        ])]

    def case(name: str, count: int) -> None:   # runs in the contender's process; set up before the clock starts
        with Meter() as meter:
            do_it(name, count)
        meter.report(count, bytes_moved, errors=0)

Only the standard library is used here, because the processes of peers, with environments of their own, import it too.
"""

import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
MARK = "RESULT "
LONGEST_SECONDS = 1800


def root() -> Path:
    """The folder of everything a bench leaves for the next one: $BENCH_ROOT, or one in the temporary folder."""
    folder = Path(os.environ.get("BENCH_ROOT") or Path(tempfile.gettempdir()) / "mailroom-bench")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Meter:
    """Measures a `with` block in this process: wall and processor seconds; `report` hands them to the race."""

    def __enter__(self) -> "Meter":
        gc.collect()
        self._processor = _processor_seconds()
        self._start = time.perf_counter()
        return self

    def __exit__(self, *failure: object) -> None:
        self.seconds = time.perf_counter() - self._start
        self.processor = _processor_seconds() - self._processor

    def report(self, count: int, size: int = 0, **facts: Any) -> None:
        """Print the result: `count` things done, `size` bytes moved, and any facts worth keeping."""
        result = Run(count, size, self.seconds, self.processor, peak_megabytes(), facts)
        print(MARK + json.dumps(asdict(result)), flush=True)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one contender: seconds of wall and of processor (reaped children included), peak memory in MB."""

    count: int
    size: int
    seconds: float
    processor: float
    memory: float
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contender:
    """A name, the command of its process, what to do before each run (not timed), and whether ratios are to it.

    `prepare` may return more environment variables for the run.
    """

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], Mapping[str, str] | None] | None = None
    yardstick: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The medians of one contender; `rate` is things a second, `ratio` that rate against the yardstick's."""

    name: str
    rate: float
    slowest: float
    fastest: float
    megabytes: float
    processor: float
    memory: float
    ratio: float
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """What a race came to; `notes` are sentences printed below it."""

    name: str
    title: str
    count: int
    rounds: int
    yardstick: str
    rows: Sequence[Row]
    notes: Sequence[str] = ()

    def row(self, name: str) -> Row:
        """The row of one contender; KeyError when it gave no result."""
        found = {row.name: row for row in self.rows}
        return found[name]

    def markdown(self) -> str:
        """The table as Markdown, fastest first."""
        lines = [
            f"### {self.title}",
            "",
            f"{self.count:,} a run, medians of {self.rounds} rounds in turn; × is the rate against “{self.yardstick}”.",
            "",
            "| contender | a second | slowest–fastest | MB/s | processor s/1,000 | peak MB | × |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        ]
        for row in sorted(self.rows, key=lambda row: -row.rate):
            lines.append(
                f"| {row.name} | {row.rate:,.0f} | {row.slowest:,.0f}–{row.fastest:,.0f} | {row.megabytes:,.1f} "
                f"| {row.processor:.3f} | {row.memory:,.0f} | {row.ratio:.2f} |"
            )
        return "\n".join([*lines, *([""] if self.notes else []), *(f"- {note}" for note in self.notes), ""])


def race(name: str, title: str, contenders: Sequence[Contender], rounds: int = 3, notes: Sequence[str] = ()) -> Table:
    """Run all contenders in turn, `rounds` times; one that fails says so and drops out. The table is kept as JSON."""
    runs: dict[str, list[Run]] = {contender.name: [] for contender in contenders}
    failed: set[str] = set()
    for turn in range(1, rounds + 1):
        for contender in contenders:
            if contender.name in failed:
                continue
            try:
                run = run_once(contender)
            except ContenderFailed as failure:
                failed.add(contender.name)
                print(f"{name}: {contender.name} dropped out: {failure}", file=sys.stderr, flush=True)
                continue
            runs[contender.name].append(run)
            print(
                f"{name} {turn}/{rounds} {contender.name}: {run.count / run.seconds:,.0f}/s",
                file=sys.stderr,
                flush=True,
            )
    table = _table(name, title, contenders, {key: value for key, value in runs.items() if value}, rounds, notes)
    folder = root() / "results"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(asdict(table), indent=1, default=str))
    return table


class ContenderFailed(Exception):
    """A contender ended without a result; the text holds the end of what it printed."""


def run_once(contender: Contender) -> Run:
    """One prepared run of one contender in a process of its own; raises ContenderFailed."""
    more = (contender.prepare() if contender.prepare else None) or {}
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "PYTHONHASHSEED": "0"} | dict(contender.environment)
    done = subprocess.run(
        [str(part) for part in contender.command],
        env=environment | dict(more),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    for line in done.stdout.splitlines():
        if line.startswith(MARK):
            return Run(**json.loads(line.removeprefix(MARK)))
    raise ContenderFailed(f"status {done.returncode}\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}")


def peak_megabytes() -> float:
    """The most memory this process has had; read from /proc, because rusage remembers the process that started it."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _table(
    name: str,
    title: str,
    contenders: Sequence[Contender],
    runs: Mapping[str, Sequence[Run]],
    rounds: int,
    notes: Sequence[str],
) -> Table:
    if not runs:
        raise ContenderFailed(f"No contender of {name} gave a result.")
    yardstick = next((item.name for item in contenders if item.yardstick and item.name in runs), next(iter(runs)))
    base = _rate(runs[yardstick])
    rows = [_row(key, value, base) for key, value in runs.items()]
    return Table(name, title, runs[yardstick][0].count, rounds, yardstick, rows, notes)


def _row(name: str, runs: Sequence[Run], base: float) -> Row:
    rates = [run.count / run.seconds for run in runs]
    return Row(
        name=name,
        rate=_rate(runs),
        slowest=min(rates),
        fastest=max(rates),
        megabytes=statistics.median(run.size / 1e6 / run.seconds for run in runs),
        processor=statistics.median(run.processor / run.count * 1000 for run in runs),
        memory=statistics.median(run.memory for run in runs),
        ratio=_rate(runs) / base,
        facts=runs[-1].facts,
    )


def _rate(runs: Sequence[Run]) -> float:
    return statistics.median(run.count / run.seconds for run in runs)


def _processor_seconds() -> float:
    mine, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + children.ru_utime + children.ru_stime
