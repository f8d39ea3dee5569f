"""Enable/disable functionalities (CS100000)."""

from django.http import HttpRequest
from ninja import Router, Schema

from mailroom.faces.api import rights
from mailroom.faces.api.v1.schemas import ERRORS
from mailroom.records.organisation import features

router = Router(tags=["functionalities"])


class Switches(Schema):
    """The switches; what is left out keeps its place."""

    case_management: bool | None = None
    self_service_portal: bool | None = None


@router.get("", response={200: dict[str, bool], **ERRORS})
def show(request: HttpRequest) -> dict[str, bool]:
    """Which functionalities are on."""
    rights.user_of(request)
    on = features.switched_on()
    return {name: name in on for name in features.KNOWN}


@router.patch("", response={200: dict[str, bool], **ERRORS})
def change(request: HttpRequest, switches: Switches) -> dict[str, bool]:
    """Switch some on or off."""
    rights.administrator(request)
    row = features.read()
    for name, value in switches.dict(exclude_none=True).items():
        setattr(row, name, value)
    row.save()
    return show(request)
