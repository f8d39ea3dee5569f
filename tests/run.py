"""Runs the tests twice: all of them on SQLite, then those that touch the database on PostgreSQL.

python -m tests.run [pytest arguments]

A few that fail while both cores are shared are run once more alone, and named as unsteady when they pass then
(docs/decisions/0060). More than a few failures are failures.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTHING_FOUND = 5  # pytest's exit status
FAILED = 1
COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped)")
BESIDE = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")  # in the order of tests/conftest.py
AGAIN = ("-n", "0", "--last-failed", "--last-failed-no-failures", "none")
A_FEW = 8
SLOWEST = ("--durations", "25", "--durations-min", "4")  # where the suite's time goes, told after each run
Counts = dict[str, int]


def pytest(database: str, *arguments: str) -> tuple[int, Counts]:
    """One pytest run: its exit status and its counts."""
    environment = os.environ | {"MAILROOM_TEST_DATABASE": database}
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    counts: Counts = {}
    for line in process.stdout or ():
        print(line, end="", flush=True)
        if " in " in line and (found := COUNT.findall(line)):
            counts = {name.rstrip("s"): int(number) for number, name in found}
    return process.wait(), counts


def run(database: str, *arguments: str) -> tuple[int, Counts]:
    """All tests on one database, and a few failed ones once more alone."""
    print(f"== tests on {database}", flush=True)
    status, counts = pytest(database, *BESIDE, *SLOWEST, *arguments)
    failed = counts.get("failed", 0) + counts.get("error", 0)
    if status != FAILED or not 0 < failed <= A_FEW:
        return status, counts
    print(f"== {failed} once more, alone, on {database}", flush=True)
    status, again = pytest(database, *AGAIN, *arguments)
    unsteady = again.get("passed", 0)
    print(f"unsteady on {database}: {unsteady} that failed beside others passed alone, named above")
    return status, counts | {
        "passed": counts.get("passed", 0) + unsteady,
        "failed": again.get("failed", 0),
        "error": again.get("error", 0),
    }


def main(arguments: list[str]) -> int:
    """Both runs; the closing line adds their counts."""
    results = [run("sqlite", *arguments), run("postgresql", "-m", "database", *arguments)]

    def total(*names: str) -> int:
        return sum(counts.get(name, 0) for _status, counts in results for name in names)

    if total("skipped"):
        print(f"{total('skipped')} skipped: the reports above say why")
    print(f"{total('passed')} passed, {total('failed', 'error')} failed")
    # A selection without a test of the database leaves nothing for the second run: that is no failure.
    return next((status for status, _counts in results if status not in {0, NOTHING_FOUND}), results[0][0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
