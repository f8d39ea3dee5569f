"""Runs the tests twice: all of them on SQLite, then those that touch the database on PostgreSQL.

python -m tests.run [pytest arguments]
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTHING_FOUND = 5  # pytest's exit status
COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped)")


def run(database: str, *arguments: str) -> tuple[int, dict[str, int]]:
    """One pytest run: its exit status and its counts."""
    environment = os.environ | {"MAILROOM_TEST_DATABASE": database}
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", *arguments]
    print(f"== tests on {database}", flush=True)
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL
    )
    counts: dict[str, int] = {}
    for line in process.stdout or ():
        print(line, end="", flush=True)
        if " in " in line and (found := COUNT.findall(line)):
            counts = {name.rstrip("s"): int(number) for number, name in found}
    return process.wait(), counts


def main(arguments: list[str]) -> int:
    """Both runs; the closing line adds their counts."""
    results = [run("sqlite", *arguments), run("postgresql", "-m", "database", *arguments)]

    def total(*names: str) -> int:
        return sum(counts.get(name, 0) for _status, counts in results for name in names)

    if total("skipped"):
        print(f"{total('skipped')} skipped: the corpus is not on this machine")
    print(f"{total('passed')} passed, {total('failed', 'error')} failed")
    # A selection without a test of the database leaves nothing for the second run: that is no failure.
    return next((status for status, _counts in results if status not in {0, NOTHING_FOUND}), results[0][0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
