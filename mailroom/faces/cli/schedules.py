"""`mailroom schedules`: automation schedules (SM205020)."""

from typing import Annotated

import typer

from mailroom.base import clock
from mailroom.faces.cli.output import WrongUse, print_json, print_rows
from mailroom.flows import registration
from mailroom.flows.scheduling import run_due
from mailroom.flows.scheduling.models import Schedule, ScheduleRun

app = typer.Typer(no_args_is_help=True, help="Automation schedules.")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_schedules(as_json: AsJson = False) -> None:
    """List all schedules. Example: mailroom schedules list --json"""
    columns = ("id", "description", "active", "window_id", "action", "next_execution_at", "last_execution_at")
    rows = list(Schedule.objects.values(*columns))
    print_json(rows) if as_json else print_rows(rows, columns)


@app.command()
def run(number: int, as_json: AsJson = False) -> int:
    """Run one schedule now. Example: mailroom schedules run 3"""
    registration.register()
    schedule = Schedule.objects.filter(pk=number).first()
    if schedule is None:
        raise WrongUse(f"There is no schedule {number}.")
    now = clock.now()
    Schedule.objects.filter(pk=number, active=True).update(next_execution_at=now)
    row = run_due.run(number, now)
    if row is None:
        raise WrongUse("It runs at this moment, or it is not active.")
    result = {
        "state": row.state,
        "processed": row.processed,
        "warnings": row.warnings,
        "errors": row.errors,
        "message": row.message,
    }
    print_json(result) if as_json else print_rows([result], tuple(result))
    return 1 if row.state == ScheduleRun.State.ABORTED or row.errors else 0
