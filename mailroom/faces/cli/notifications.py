"""`mailroom notifications`: by which template people are told of what (SM204010)."""

from typing import Annotated

import typer

from mailroom.faces.cli.output import WrongUse, print_json, print_rows
from mailroom.records.notifications import events, standard

app = typer.Typer(no_args_is_help=True, help="Notification events and their templates.")


@app.command("list")
def list_events(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the events with the template of each. Example: mailroom notifications list --json"""
    rows = []
    for event in events.EVENTS.values():
        template = events.template_of(event)
        rows.append({"event": event.key, "label": str(event.label), "template": template and template.notification_id})
    print_json(rows) if as_json else print_rows(rows, ("event", "label", "template"))


@app.command()
def register(event: str, template: Annotated[str, typer.Argument(help="Empty: nobody is told.")] = "") -> None:
    """Register a template for an event. Example: mailroom notifications register portal_comment CASECHANGES"""
    known, found = events.EVENTS.get(event), standard.find(template.upper()) if template else None
    if known is None:
        raise WrongUse(f"There is no event {event}. Known: {', '.join(events.EVENTS)}.")
    if template and found is None:
        raise WrongUse(f"There is no notification template {template}.")
    try:
        events.choose(known, found)
    except events.NotRegistered as refused:
        raise WrongUse(str(refused)) from refused
