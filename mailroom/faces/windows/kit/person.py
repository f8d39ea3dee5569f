"""What a person set for the windows: theme, density, keys, columns, favourites. Read once a request."""

from typing import Any

from django.http import HttpRequest

from mailroom.base import prepared
from mailroom.faces.windows.kit import requests
from mailroom.records.organisation.models import PersonSetting, User

CHOICES: dict[str, frozenset[Any]] = {
    "theme": frozenset({"system", "light", "dark"}),
    "density": frozenset({"comfortable", "compact"}),
    "single_keys": frozenset({"on", "off"}),
    "remote_images": frozenset({"ask", "always"}),
    "nav": frozenset({"open", "closed"}),
}
PREFIXES = ("columns.", "view.", "filters.")


def settings_of(request: HttpRequest) -> dict[str, Any]:
    """All settings of the signed-in person by name, in one query a request."""
    kept: dict[str, Any] | None = getattr(request, "_person_settings", None)
    if kept is None:
        kept = _read(requests.user_of(request)) if request.user.is_authenticated else {}
        request._person_settings = kept  # type: ignore[attr-defined]
    return kept


def _read(user: User) -> dict[str, Any]:
    key = ("person settings", user.pk)
    rows = prepared.objects(PersonSetting, key, lambda: PersonSetting.objects.filter(user=user))
    return {row.name: row.value for row in rows}


def setting(request: HttpRequest, name: str, default: Any = None) -> Any:
    """One setting, or the default."""
    return settings_of(request).get(name, default)


def save(request: HttpRequest, name: str, value: Any) -> None:
    """Keep a setting for the signed-in person."""
    PersonSetting.objects.update_or_create(user=requests.user_of(request), name=name, defaults={"value": value})
    settings_of(request)[name] = value


def toggle_favourite(request: HttpRequest, window_id: str) -> bool:
    """Add the window to the favourites or take it out; answers whether it is one now."""
    favourites = [known for known in setting(request, "favourites", []) if isinstance(known, str)]
    now_favourite = window_id not in favourites
    favourites = [*favourites, window_id] if now_favourite else [known for known in favourites if known != window_id]
    save(request, "favourites", favourites)
    return now_favourite
