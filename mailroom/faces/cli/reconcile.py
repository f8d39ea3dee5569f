"""`mailroom reconcile`: an account's server held against what is here."""

from dataclasses import asdict
from typing import Annotated

import typer

from mailroom.base import clock
from mailroom.faces.cli import accounts
from mailroom.faces.cli.output import print_json, print_rows, say
from mailroom.flows.receiving import reconcile


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("reconcile")(compare)


def compare(
    account_id: str,
    fetch: Annotated[bool, typer.Option("--fetch", help="Fetch what is missing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """List emails that lie on the server and are not here. Example: mailroom reconcile SALES --fetch"""
    account = accounts.find(account_id)
    made = reconcile.export(reconcile.reconcile(account.pk, clock.now()))
    result = reconcile.fetch(account, clock.now()) if fetch and not made["error"] else None
    if as_json:
        print_json(made | {"fetch": asdict(result) if result else None})
    else:
        print_rows(made["folders"], ("folder", "on_server", "waiting", "gaps", "gone", "error"))
        if made["found"]:
            print_rows(made["found"], ("folder", "uid", "size", "date", "sender", "subject"))
        if result:
            print(f"{result.fetched} fetched, {result.gone} gone from the server.")
    error = made["error"] or (result.error if result else "")
    if error:
        say(str(error))
    return 1 if error or (made["gaps"] and not fetch) else 0
