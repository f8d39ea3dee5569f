"""`mailroom mass-emails`: mass emails (CR308000) are listed, prepared, sent and stopped."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

import typer

from mailroom.base import clock
from mailroom.faces.cli.output import WrongUse, print_json, print_rows
from mailroom.flows.mailings import prepare, preparing, responses, text
from mailroom.flows.mailings.models import MassEmail
from mailroom.records.emails import status
from mailroom.records.filters.lines import Wrong

app = typer.Typer(no_args_is_help=True, help="Mass emails.")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
COLUMNS = ("mass_email_id", "description", "status", *responses.Counts.__slots__)


@app.command("list")
def list_mass_emails(as_json: AsJson = False) -> None:
    """List the newest mass emails with their counts. Example: mailroom mass-emails list --json"""
    rows = _shown(list(MassEmail.objects.all()[:500]))
    print_json(rows) if as_json else print_rows(rows, COLUMNS)


@app.command("prepare")
def prepare_one(mass_email_id: str, as_json: AsJson = False) -> None:
    """Freeze the recipients. Example: mailroom mass-emails prepare MM-000001"""
    _tell(_done(mass_email_id, lambda number: preparing.at_once(number, clock.now())), as_json)


@app.command()
def send(mass_email_id: str, as_json: AsJson = False) -> None:
    """Queue the mail of a prepared one. Example: mailroom mass-emails send MM-000001"""

    def queue(number: int) -> None:
        prepare.send(number, clock.now())
        prepare.carry_on(number, clock.now())

    _tell(_done(mass_email_id, queue), as_json)


@app.command()
def stop(mass_email_id: str, as_json: AsJson = False) -> None:
    """Queue no more; send goes on with the rest. Example: mailroom mass-emails stop MM-000001"""
    _tell(_done(mass_email_id, prepare.stop), as_json)


def _done(mass_email_id: str, work: Callable[[int], Any]) -> MassEmail:
    row = MassEmail.objects.filter(mass_email_id__iexact=mass_email_id).first()
    if row is None:
        raise WrongUse(f"There is no mass email {mass_email_id}.")
    try:
        work(row.pk)
    except (status.Refused, text.NotReady, Wrong) as refused:
        raise WrongUse(str(refused)) from refused
    row.refresh_from_db()
    return row


def _tell(row: MassEmail, as_json: bool) -> None:
    [shown] = _shown([row])
    print_json(shown) if as_json else print_rows([shown], COLUMNS)


def _shown(rows: list[MassEmail]) -> list[dict[str, Any]]:
    counts = responses.counts([row.pk for row in rows])
    return [
        {name: str(getattr(row, name)) for name in COLUMNS[:3]} | asdict(counts.get(row.pk, responses.Counts()))
        for row in rows
    ]
