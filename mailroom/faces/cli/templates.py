"""`mailroom templates`: notification templates (SM204003)."""

from typing import Annotated

import typer

from mailroom.faces.cli.output import print_json, print_rows, say
from mailroom.records.notifications import checking
from mailroom.records.notifications.models import NotificationTemplate

app = typer.Typer(no_args_is_help=True, help="Notification templates.")


@app.callback()
def _group() -> None:
    """Notification templates."""


@app.command()
def check(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> int:
    """Look for what would be wrong in mail made from them. Example: mailroom templates check"""
    templates = list(NotificationTemplate.objects.order_by("notification_id", "locale"))
    rows = [
        {"notification_id": one.notification_id, "locale": one.locale, "problem": words}
        for one in templates
        for words in checking.problems(one)
    ]
    print_json(rows) if as_json else print_rows(rows, ("notification_id", "locale", "problem"))
    say(f"{len(templates)} templates, {len(rows)} problems")
    return 1 if rows else 0
