"""`mailroom preferences`: email preferences (SM204001)."""

from typing import Annotated, Any

import typer
from django.core.exceptions import ValidationError

from mailroom.faces.cli.output import WrongUse, print_json, print_rows
from mailroom.records.preferences import current
from mailroom.records.preferences.models import EmailPreferences

app = typer.Typer(no_args_is_help=True, help="Email preferences.")
FOUND_BY = {"default_email_account": "email_account_id"}


def _fields() -> dict[str, Any]:
    return {field.name: field for field in EmailPreferences._meta.concrete_fields if field.name != "id"}


@app.command()
def show(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show all preferences. Example: mailroom preferences show --json"""
    row = current.read()
    values = {
        name: str(getattr(row, name)) if field.is_relation and getattr(row, name) else getattr(row, name)
        for name, field in _fields().items()
    }
    print_json(values) if as_json else print_rows(
        [{"name": key, "value": item} for key, item in values.items()], ("name", "value")
    )


@app.command("set")
def set_preference(name: str, value: str) -> None:
    """Change one preference. Example: mailroom preferences set suspend_email_processing true"""
    fields = _fields()
    if name not in fields:
        raise WrongUse(f"There is no preference {name}. Known: {', '.join(fields)}.")
    row, field = current.read(), fields[name]
    try:
        if field.is_relation:
            key = FOUND_BY.get(name, "notification_id")
            found = field.related_model.objects.filter(**{f"{key}__iexact": value}).first() if value else None
            if value and found is None:
                raise WrongUse(f"“{value}” was not found.")
            setattr(row, name, found)
        else:
            folded = value.capitalize() if value.lower() in {"true", "false"} else value
            setattr(row, name, field.clean(folded, row))
    except ValidationError as error:
        raise WrongUse(f"{name}: {' '.join(error.messages)}") from error
    row.save()
