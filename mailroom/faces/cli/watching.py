"""`mailroom alerts`."""

from typing import Annotated

import typer

from mailroom.base import clock
from mailroom.faces.cli.output import print_json, print_rows
from mailroom.flows.watching import alerts, looking


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("alerts")(list_alerts)


def list_alerts(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> int:
    """What is wrong now, and what to do; exit status 1 while anything is. Example: mailroom alerts --json"""
    rows = [alerts.export(row) for row in looking.standing(clock.now())]
    print_json(rows) if as_json else print_rows(rows, ("since", "kind", "words", "advice"))
    return 1 if rows else 0
