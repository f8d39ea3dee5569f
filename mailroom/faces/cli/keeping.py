"""`mailroom backup` and `mailroom restore`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from mailroom.base import clock
from mailroom.base.engine import line
from mailroom.faces import server
from mailroom.faces.cli.output import WrongUse, print_json, say
from mailroom.flows.keeping import archive, backup, restore

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("backup")(make_backup)
    app.command("restore")(restore_backup)


def make_backup(
    file: Path,
    with_key: Annotated[bool, typer.Option("--with-key", help="Put the key file in: keep such a file safe.")] = False,
    as_json: AsJson = False,
) -> int:
    """Write everything into one file while Mailroom runs. Example: mailroom backup mailroom-2026-11-25.tar.gz"""
    try:
        done = backup.write(file, clock.now(), with_key, _told())
    except backup.FileExists as error:
        raise WrongUse(str(error)) from error
    except OSError as error:
        raise WrongUse(f"The backup cannot be written: {error}.") from error
    if as_json:
        print_json(asdict(done))
    else:
        print(f"{file}: {done.rows} rows and {done.packs} packs of files, {done.size} bytes")
    if not with_key:
        say("The key file is not in it. Keep a copy elsewhere: without it every account's password is lost.")
    for name in done.missing:
        say(f"The pack {name} is missing on disk: what it held was lost before.")
    return 1 if done.missing else 0


def restore_backup(
    file: Path,
    replace: Annotated[bool, typer.Option("--replace", help="In place of what this installation holds.")] = False,
    as_json: AsJson = False,
) -> int:
    """Read a backup, of either database into either; stop Mailroom first. Example: mailroom restore mailroom.tar.gz"""
    if not server.port_is_free() or line.tell({}):
        raise WrongUse("Mailroom is running. Stop it first, then restore.")
    if not file.is_file():
        raise WrongUse(f"There is no file {file}.")
    try:
        done = restore.load(file, clock.now(), replace, _told())
    except (restore.Refused, archive.Damaged) as error:
        raise WrongUse(str(error)) from error
    if as_json:
        print_json(asdict(done))
    else:
        print(f"{done.rows} rows and {done.packs} packs of files restored")
    if done.aside:
        say(f"The former database is kept as {done.aside}.")
    if not done.key_fits:
        say("The backup was made with another key file: put that file in the data folder, or type passwords in again.")
    if done.held:
        words = "1 queued email is held, for it" if done.held == 1 else f"{done.held} queued emails are held, for they"
        say(f"{words} may have been sent since: mailroom emails send-after-all")
    return 0


def _told() -> backup.Told:
    return lambda words: typer.echo(f"  {words}", err=True) if typer.get_text_stream("stderr").isatty() else None
