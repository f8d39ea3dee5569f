"""`mailroom audit-trail`: who changed which record when (SM205530)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer
from django.utils import timezone

from mailroom.faces.cli.output import print_json, print_rows
from mailroom.records.organisation import trail

MOST = 100_000


class Act(StrEnum):
    """What was done."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ACCESS = "access"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("audit-trail")(show)


def show(
    by: Annotated[str, typer.Option(help="A login.")] = "",
    kind: Annotated[str, typer.Option(help="A type of record, such as emailaccount.")] = "",
    record: Annotated[str, typer.Option(help="The key of one record.")] = "",
    action: Annotated[Act | None, typer.Option(help="What was done; access is a sign-in.")] = None,
    since: Annotated[datetime | None, typer.Option(help="From this day or moment on, in the server's zone.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Before this day or moment.")] = None,
    query: Annotated[str, typer.Option(help="Words of the record or the user.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="At most so many, the newest first.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Who changed what, newest first. Example: mailroom audit-trail --kind user --since 2026-01-01 --json"""
    act = action.value if action else ""
    wanted = trail.Narrowing(by, kind, record, act, _aware(since), _aware(until), query)
    rows = [trail.export(row) for row in trail.narrowed(wanted).order_by("-pk")[:limit]]
    shown = [row | {"changed": ", ".join(row["changes"])} for row in rows]
    print_json(rows) if as_json else print_rows(shown, ("at", "by", "way", "action", "kind", "name", "changed"))


def _aware(moment: datetime | None) -> datetime | None:
    return timezone.make_aware(moment) if moment is not None and moment.tzinfo is None else moment
