"""Alerts: what stands now, or what stood, newest first."""

from typing import Annotated, Any, Literal

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import ERRORS
from mailroom.flows.watching import alerts, looking

router = Router(tags=["alerts"])
MOST = 200


@router.get("", response={200: list[dict[str, Any]], **ERRORS})
def list_alerts(
    request: HttpRequest, state: Literal["open", "over"] = "open", limit: Annotated[int, Field(ge=1, le=MOST)] = MOST
) -> list[dict[str, Any]]:
    """The alerts that stand, or those withdrawn within three months; for administrators and supervisors."""
    if not alerts.may_read(rights.user_of(request)):
        raise PermissionDenied
    rows = looking.standing(clock.now()) if state == "open" else alerts.over()
    return [alerts.export(row) for row in rows[:limit]]
