"""`mailroom import`: mail that lies in files."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from mailroom.base import clock
from mailroom.faces.cli import accounts
from mailroom.faces.cli.output import WrongUse, print_json, print_rows
from mailroom.flows.receiving import importing
from mailroom.flows.receiving.importing import Import, sources


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_files)


def import_files(
    paths: Annotated[list[Path], typer.Argument(help="mbox, Maildir, .eml, zip, or folders of them.")],
    account: Annotated[str, typer.Option(help="Email account ID.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Import mail from files; run again after a stop, it goes on. Example: mailroom import old.mbox --account SALES"""
    row = accounts.find(account)
    try:
        with typer.progressbar(length=sum(sources.source(path).size for path in paths), hidden=as_json) as bar:

            def tell(done: Import) -> bool:
                bar.update(done.bytes - bar.pos)
                return True

            result = importing.import_paths(row, paths, clock.now(), tell)
    except (sources.NothingThere, OSError) as error:
        raise WrongUse(str(error)) from error
    counts = asdict(result)
    print_json(counts) if as_json else print_rows([counts], tuple(counts))
    return 1 if result.quarantined else 0
