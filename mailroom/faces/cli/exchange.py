"""`mailroom receive`, `process`, `send`: the same work as the worker's, asked for by hand."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

import typer

from mailroom.base import clock
from mailroom.faces.cli import accounts
from mailroom.faces.cli.output import WrongUse, print_json, print_rows
from mailroom.flows.incoming import pipeline
from mailroom.flows.incoming.models import ProcessingOptions
from mailroom.flows.receiving import receive as receiving
from mailroom.flows.sending import send as sending
from mailroom.records.email_accounts.models import EmailAccount

Ids = Annotated[list[str] | None, typer.Argument(help="Email account IDs.")]
All = Annotated[bool, typer.Option("--all", help="All active accounts.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the three commands."""
    app.command()(receive)
    app.command()(process)
    app.command()(send)


def receive(ids: Ids = None, everything: All = False, as_json: AsJson = False) -> int:
    """Receive new mail. Example: mailroom receive --all --json"""

    def run(account: EmailAccount) -> Any:
        result = receiving.receive_account(account.pk, clock.now())
        if not ProcessingOptions.objects.filter(account=account, activate_incoming_processing=True).exists():
            pipeline.process_account(account.pk, clock.now())  # nothing to walk: what was received is done
        return result

    return _each(
        ids, everything, as_json, run, ("account", "found", "stored", "duplicate", "quarantined", "failed", "error")
    )


def process(
    ids: Ids = None,
    everything: All = False,
    email: Annotated[list[int] | None, typer.Option(help="Only these emails, failed ones among them.")] = None,
    as_json: AsJson = False,
) -> int:
    """Process received mail. Example: mailroom process SALES --email 12"""

    def run(account: EmailAccount) -> Any:
        return pipeline.process_account(account.pk, clock.now(), email)

    return _each(ids, everything or bool(email and not ids), as_json, run, ("account", "processed", "failed", "error"))


def send(ids: Ids = None, everything: All = False, as_json: AsJson = False) -> int:
    """Send what is due. Example: mailroom send --all --json"""

    def run(account: EmailAccount) -> Any:
        return sending.send_account(account.pk, clock.now())

    return _each(ids, everything, as_json, run, ("account", "sent", "deferred", "failed", "in_doubt", "error"))


def _each(
    ids: list[str] | None, everything: bool, as_json: bool, run: Callable[[EmailAccount], Any], columns: tuple[str, ...]
) -> int:
    if not ids and not everything:
        raise WrongUse("Name accounts, or say --all.")
    chosen = (
        list(EmailAccount.objects.filter(active=True)) if everything else [accounts.find(item) for item in ids or ()]
    )
    rows = [asdict(run(account)) for account in chosen]
    print_json(rows) if as_json else print_rows(rows, columns)
    return 1 if any(row.get("error") or row.get("failed") for row in rows) else 0
