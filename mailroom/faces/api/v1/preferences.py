"""Email preferences (SM204001)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from ninja import Body, Router
from ninja.errors import HttpError

from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import ERRORS
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.notifications import render
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.preferences import current
from mailroom.records.preferences.models import EmailPreferences

router = Router(tags=["preferences"])
PLAIN = [field for field in EmailPreferences._meta.concrete_fields if not field.is_relation and field.name != "id"]

RELATED: dict[str, tuple[Any, str]] = {
    "default_email_account": (EmailAccount.objects, "email_account_id"),
    **{name: (NotificationTemplate.objects.filter(locale=""), "notification_id") for name in current.TEMPLATES},
}


@router.get("", response={200: dict[str, Any], **ERRORS})
def show(request: HttpRequest) -> dict[str, Any]:
    """All preferences; accounts and templates by their IDs."""
    rights.administrator(request)
    row = current.read()
    found = {field.name: getattr(row, field.name) for field in PLAIN}
    related = {name: getattr(row, name) for name in RELATED}
    return found | {name: getattr(value, RELATED[name][1]) if value else None for name, value in related.items()}


@router.patch("", response={200: dict[str, Any], **ERRORS})
def change(request: HttpRequest, values: Body[dict[str, Any]]) -> dict[str, Any]:
    """Change some preferences."""
    rights.administrator(request)
    row = current.read()
    fields = {field.name: field for field in PLAIN}
    for name, value in values.items():
        if name in RELATED:
            setattr(row, name, _related(name, value))
            continue
        if name not in fields:
            raise HttpError(422, f"There is no preference {name} that can be set here.")
        try:
            setattr(row, name, fields[name].clean(value, row))
        except (ValidationError, TypeError, ValueError, OverflowError) as error:
            raise HttpError(422, f"{name}: {' '.join(getattr(error, 'messages', [str(error)]))}") from error
    row.save()
    return show(request)


def _related(name: str, value: Any) -> Any:
    """The row that a preference names by its ID; raises HttpError with the reason it cannot be."""
    if value in (None, ""):
        return None
    rows, key = RELATED[name]
    found = rows.filter(**{f"{key}__iexact": str(value)[:64].replace("\x00", "")}).first()
    if found is None:
        raise HttpError(422, f"{name}: “{value}” was not found.")
    problem = render.welcome_problem(found.body) if name == "new_user_welcome_email_template" else ""
    if problem:
        raise HttpError(422, f"{name}: {problem}")
    return found
