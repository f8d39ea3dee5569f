"""Email preferences (SM204001)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from ninja import Body, Router
from ninja.errors import HttpError

from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import ERRORS
from mailroom.records.preferences import current
from mailroom.records.preferences.models import EmailPreferences

router = Router(tags=["preferences"])
PLAIN = [field for field in EmailPreferences._meta.concrete_fields if not field.is_relation and field.name != "id"]


@router.get("", response={200: dict[str, Any], **ERRORS})
def show(request: HttpRequest) -> dict[str, Any]:
    """All preferences; accounts and templates by their IDs."""
    rights.administrator(request)
    row = current.read()
    found = {field.name: getattr(row, field.name) for field in PLAIN}
    account = row.default_email_account
    return found | {"default_email_account": account.email_account_id if account else None}


@router.patch("", response={200: dict[str, Any], **ERRORS})
def change(request: HttpRequest, values: Body[dict[str, Any]]) -> dict[str, Any]:
    """Change some preferences."""
    rights.administrator(request)
    row = current.read()
    fields = {field.name: field for field in PLAIN}
    for name, value in values.items():
        if name not in fields:
            raise HttpError(422, f"There is no preference {name} that can be set here.")
        try:
            setattr(row, name, fields[name].clean(value, row))
        except (ValidationError, TypeError, ValueError, OverflowError) as error:
            raise HttpError(422, f"{name}: {' '.join(getattr(error, 'messages', [str(error)]))}") from error
    row.save()
    return show(request)
