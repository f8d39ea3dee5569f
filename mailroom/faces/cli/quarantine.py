"""`mailroom quarantine`: mail that could not be filed (SM507020)."""

from typing import Annotated

import typer

from mailroom.base import clock
from mailroom.faces.cli.output import WrongUse, print_json, print_rows, say
from mailroom.flows.incoming import replaying
from mailroom.flows.receiving import quarantine
from mailroom.flows.receiving.models import QuarantinedMessage
from mailroom.records.emails import release

app = typer.Typer(no_args_is_help=True, help="Mail that could not be filed.")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Numbers = Annotated[list[int] | None, typer.Argument(help="Numbers, as `list` prints them.")]
Everything = Annotated[bool, typer.Option("--all", help="All that waits.")]
COLUMNS = ("id", "at", "account", "step", "size", "reason")


@app.command("list")
def list_quarantine(
    closed: Annotated[bool, typer.Option("--closed", help="What was replayed or discarded.")] = False,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """List what waits, newest first. Example: mailroom quarantine list"""
    rows = QuarantinedMessage.objects.filter(closed_at__isnull=not closed).select_related("account", "closed_by")
    found = [quarantine.export(row) for row in rows.order_by("-pk")[:limit]]
    print_json(found) if as_json else print_rows(found, (*COLUMNS, "closed_how") if closed else COLUMNS)


@app.command("files")
def list_files(
    limit: Annotated[int, typer.Option(help="At most so many.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """List files that are held back; `emails release` lets one go. Example: mailroom quarantine files"""
    found = [release.export(row) for row in release.waiting().select_related("email__account").order_by("-pk")[:limit]]
    print_json(found) if as_json else print_rows(found, ("id", "email", "account", "name", "size", "reason"))


@app.command()
def replay(numbers: Numbers = None, everything: Everything = False, as_json: AsJson = False) -> int:
    """File kept mail again. Example: mailroom quarantine replay --all"""
    done: list[dict[str, object]] = []
    for key in _chosen(numbers, everything):
        error = replaying.again(key, None)
        done.append({"id": key, "error": error})
        if error:
            say(f"{key}: {error}")
    failed = sum(bool(row["error"]) for row in done)
    print_json(done) if as_json else print(f"{len(done) - failed} filed, {failed} left.")
    return 1 if failed else 0


@app.command()
def discard(numbers: Numbers = None, everything: Everything = False, as_json: AsJson = False) -> None:
    """Close mail that nobody wants; its bytes are kept. Example: mailroom quarantine discard 7 8"""
    count = quarantine.discard(_chosen(numbers, everything), clock.now(), None)
    print_json({"discarded": count}) if as_json else print(f"{count} discarded.")


def _chosen(numbers: list[int] | None, everything: bool) -> list[int]:
    if bool(numbers) == everything:
        raise WrongUse("Name numbers of `mailroom quarantine list`, or --all.")
    return numbers or list(quarantine.open_rows().order_by("pk").values_list("pk", flat=True))
