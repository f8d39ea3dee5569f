"""Runs benches: `python -m bench [NAME ...] [--small] [--publish]`; without names, every module here that has `bench`.

A bench module has `bench(small: bool)`, which gives tables. `--publish` puts the tables into docs/performance.md, each
between marks of its own, so that one bench can be published without running the others.
"""

import argparse
import importlib
import pkgutil
import platform
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Protocol

import bench
from bench.contenders import REPOSITORY

PAGE = REPOSITORY / "docs" / "performance.md"
NOT_BENCHES = frozenset(
    {"send_letter", "send_peer", "filling", "million", "pages", "__main__", "contenders", "letters", "peers", "stage"}
)
HEAD = """# Performance

Written by `python -m bench --publish`. Every contender is a process of its own on one machine, in turn, with private
servers on loopback; compare inside one table only. `make bench` prints the same.
"""


class Printed(Protocol):
    """A table: its name on the page, and itself as Markdown."""

    @property
    def name(self) -> str:
        """Under which it stands on the page."""
        ...

    def markdown(self) -> str:
        """The table with its heading."""
        ...


def modules(names: Sequence[str]) -> list[ModuleType]:
    """The bench modules of these names, or all that can be run."""
    wanted = names or sorted({item.name for item in pkgutil.iter_modules(bench.__path__)} - NOT_BENCHES)
    found = [importlib.import_module(f"bench.{name}") for name in wanted]
    return [module for module in found if hasattr(module, "bench")]


def publish(tables: Sequence[Printed], page: Path = PAGE) -> None:
    """Put each table between its marks on the page."""
    text = page.read_text() if page.exists() else HEAD
    for table in tables:
        begin, end = f"<!-- {table.name} begins -->", f"<!-- {table.name} ends -->"
        machine = f"{platform.system()} on {platform.machine()}, Python {platform.python_version()}"
        section = f"{begin}\n{table.markdown()}\n{machine}\n{end}"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        text = pattern.sub(lambda _match, new=section: new, text) if begin in text else f"{text}\n{section}\n"
    page.write_text(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, and publish where asked."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="which benches; all when none is named")
    parser.add_argument("--small", action="store_true", help="sizes that take seconds")
    parser.add_argument("--publish", action="store_true", help="write the tables into docs/performance.md")
    asked = parser.parse_args(arguments)
    for module in modules(asked.names):
        for table in module.bench(asked.small):
            print(table.markdown(), flush=True)
            if asked.publish:
                publish([table])
    return 0


if __name__ == "__main__":
    sys.exit(main())
