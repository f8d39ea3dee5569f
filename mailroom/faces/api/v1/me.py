"""The person who asks: who he is and what he set for himself (SM203010)."""

from typing import Any

from django.http import HttpRequest
from ninja import Body, Router

from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import ERRORS
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation.models import User
from mailroom.records.preferences import personal

router = Router(tags=["me"])


@router.get("", response={200: dict[str, Any], **ERRORS})
def show(request: HttpRequest) -> dict[str, Any]:
    """Login, name, role and all settings; the default account by its ID."""
    return _plain(rights.user_of(request))


@router.patch("", response={200: dict[str, Any], **ERRORS})
def change(request: HttpRequest, values: Body[dict[str, Any]]) -> dict[str, Any]:
    """Change some settings."""
    user = rights.user_of(request)
    personal.save(user, values)
    return _plain(user)


def _plain(user: User) -> dict[str, Any]:
    found = personal.read(user)
    account = EmailAccount.objects.filter(pk=found["default_email_account"]).first()
    who = {"login": user.login, "name": user.full_name, "email": user.email, "role": user.role}
    return who | found | {"default_email_account": account.email_account_id if account else None}
