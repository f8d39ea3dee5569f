"""`mailroom assignment-maps`: assignment maps (EP205000), by the names that the API has."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from mailroom.base import clock
from mailroom.faces.cli.output import WrongUse, print_json, print_rows, say
from mailroom.flows.incoming import assigning, maps
from mailroom.records.assignment.models import AssignmentMap
from mailroom.records.filters import lines
from mailroom.records.organisation.models import User
from mailroom.records.organisation.models.people import Role

app = typer.Typer(no_args_is_help=True, help="Assignment maps.")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_maps(as_json: AsJson = False) -> None:
    """List the maps. Example: mailroom assignment-maps list --json"""
    rows = [maps.export(row) for row in AssignmentMap.objects.prefetch_related("rules")]
    if as_json:
        print_json(rows)
        return
    shown = [one | {"rules": len(one["rules"])} for one in rows]
    print_rows(shown, ("map_id", "description", "assigns", "rules"))


@app.command()
def show(map_id: str) -> None:
    """Print a map with its rules as JSON, as import takes it. Example: mailroom assignment-maps show MAIL"""
    print_json(maps.export(_find(map_id)))


@app.command()
def export(map_ids: Annotated[list[str] | None, typer.Argument(help="Empty: all of them.")] = None) -> None:
    """Print maps as a list that import takes. Example: mailroom assignment-maps export > maps.json"""
    print_json([maps.export(_find(one)) for one in map_ids] if map_ids else _all())


@app.command("import")
def import_maps(file: Path) -> None:
    """Create or replace maps, all or none, from a file of export. Example: mailroom assignment-maps import FILE"""
    try:
        wanted = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise WrongUse(f"{file}: {error}") from error
    try:
        names = maps.take(wanted if isinstance(wanted, list) else [wanted], clock.now())
    except maps.Invalid as error:
        raise WrongUse(str(error)) from error
    say(f"{len(names)} maps: {', '.join(names)}")


@app.command("try")
def try_map(
    map_id: str,
    limit: Annotated[int, typer.Option(min=1, max=maps.MOST_TRIED, help="On how many of the newest.")] = 20,
    as_json: AsJson = False,
) -> None:
    """What a map would do with past mail or cases; nothing changes. Example: mailroom assignment-maps try MAIL"""
    user = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).order_by("pk").first()
    if user is None:
        raise WrongUse("There is no administrator whose mail it could be tried on.")
    rows = [_tried(one) for one in maps.try_on(_find(map_id), user, clock.now(), limit)]
    print_json(rows) if as_json else print_rows(rows, ("id", "subject", "rule", "owner", "workgroup"))


def _tried(one: maps.Tried) -> dict[str, Any]:
    given = one.given
    return {
        "id": one.record.pk,
        "subject": one.record.subject,
        "rule": assigning.rule_words(given.rule) if given.rule else None,
        "why": lines.plain(one.holding),
        "owner": given.owner.employee_id if given.owner else None,
        "workgroup": given.workgroup.workgroup_id if given.workgroup else None,
    }


def _all() -> list[dict[str, Any]]:
    return [maps.export(row) for row in AssignmentMap.objects.all()]


def _find(map_id: str) -> AssignmentMap:
    row = AssignmentMap.objects.filter(map_id__iexact=map_id).first()
    if row is None:
        raise WrongUse(f"There is no assignment map {map_id}.")
    return row
