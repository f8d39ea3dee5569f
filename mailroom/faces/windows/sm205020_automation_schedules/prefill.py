"""What a new schedule begins with when it is opened from the Schedules menu of another window, and that menu."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.faces.windows.kit import registry, requests
from mailroom.faces.windows.kit.actions import SEPARATOR, Action, Menu
from mailroom.faces.windows.sm205020_automation_schedules.window import ROLES
from mailroom.flows.scheduling import operations
from mailroom.flows.scheduling.models import Schedule
from mailroom.records.email_accounts.models import EmailAccount

MOST_LISTED = 20
TYPES = {"all": "All", "incoming": "Incoming", "outgoing": "Outgoing"}


def menu(window_id: str) -> Menu:
    """The Schedules menu of a window: Add, and the schedules that run the window's actions."""
    listed = Schedule.objects.filter(window_id=window_id).order_by("-active", "description")[:MOST_LISTED]
    add = Action(
        "schedule-add",
        gettext_lazy("Add"),
        url=f"/sm205020/schedule/new/?window_id={window_id}",
        dialog=True,
        icon="plus",
        rows=False,
        roles=ROLES,
    )
    known = [
        Action(
            f"schedule-{one.pk}",
            one.description if one.active else f"{one.description} ({_('not active')})",
            url=f"/sm205020/schedule/{one.pk}/",
            dialog=True,
            icon="clock",
            rows=False,
            roles=ROLES,
        )
        for one in listed
    ]
    return Menu(gettext_lazy("Schedules"), (add, SEPARATOR, *known), icon="clock")


def initial(request: HttpRequest) -> dict[str, Any]:
    """The values of a new schedule."""
    user = requests.user_of(request)
    window_id = request.GET.get("window_id", "").upper()
    found = operations.of_window(window_id)
    today = clock.now().astimezone(user.zone).date()
    values: dict[str, Any] = {"starts_on": today, "time_zone": user.zone.key, "schedule_type": Schedule.Type.DAILY}
    if not found:
        return values
    window = registry.WINDOWS.get(window_id)
    lines = [
        {"active": True, "field_name": name, "relative": False, "value": value, "ignore_error": False}
        for name, value in _criteria(request, window_id).items()
        if value
    ]
    description = f"{window.name}" if window else ""
    return values | {
        "window_id": window_id,
        "action": found[0].action,
        "description": description,
        "filter_values": lines,
        "interval": "00:05",
    }


def _criteria(request: HttpRequest, window_id: str) -> dict[str, str]:
    """The criteria of the window behind the pop-up, as filter values."""
    address = urlsplit(getattr(request.htmx, "current_url", None) or "")  # type: ignore[attr-defined]  # of its middleware
    query = parse_qs(address.query) if address.path.startswith(f"/{window_id.lower()}/") else {}
    asked = {name: values[0] for name, values in query.items()}
    if window_id == "SM507010":
        return {"Action": asked.get("action") or "Receive all"}
    if window_id == "SM507000":
        key = asked.get("account", "")
        row = EmailAccount.objects.filter(pk=key).first() if key.isdecimal() and len(key) < 18 else None
        return {"Account": row.email_account_id if row else "", "Type": TYPES.get(asked.get("type", "all"), "All")}
    return {}
