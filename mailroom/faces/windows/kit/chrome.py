"""What stands round every window: rail, navigation pane with counts, favourites, the job line."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from mailroom.base import clock
from mailroom.faces.windows.kit import changes, counting, jobs, person, registry, requests, standing, tabs
from mailroom.faces.windows.kit.registry import Window, Words, Workspace
from mailroom.flows.watching import alerts, looking
from mailroom.flows.watching.models import Alert

GROUPS: list[Any] = []
NOTICES: list[Any] = []
MOST_ALERTS = 50
TALLY = "tally "  # before a window's id: its count in the title bar, beside the one in the navigation pane


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the navigation pane."""

    label: Words
    url: str
    icon: str
    title: str = ""
    count: str = ""
    tone: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A titled group of the navigation pane, such as Saved filters."""

    title: Words
    items: list[Item]


@dataclass(frozen=True, slots=True)
class Chrome:
    """All of it, for the base template."""

    workspaces: list[Item]
    workspace: Workspace
    items: list[Item]
    groups: list[Group]
    progress: jobs.Progress | None
    favourite: bool
    theme: str
    density: str
    nav_closed: bool
    single_keys: bool
    go_keys: list[tuple[str, Words, str]]
    standing: standing.Standing
    alerts: int | None = None


def group(provider: Any) -> Any:
    """Register a group of the navigation pane: `provider(request, workspace) -> Group | None`."""
    GROUPS.append(provider)
    return provider


def notice(provider: Any) -> Any:
    """Register a banner at the top of windows: `provider(request, workspace) -> str`; no words, no banner."""
    NOTICES.append(provider)
    return provider


def notices(request: HttpRequest, window: Window | None) -> list[str]:
    """What stands at the top of `window` for everybody who opens it."""
    workspace = window.workspace if window is not None and window.id else Workspace.OVERVIEW
    return [words for provider in NOTICES if (words := provider(request, workspace))]


def url_of(window: Window) -> str:
    """The window's address; the Overview is at the root."""
    return "/" if window.id == "OVERVIEW" else f"/{window.slug}/"


def build(request: HttpRequest, window: Window | None) -> Chrome:
    """The chrome round `window`; built once a request, however often a template asks."""
    kept: Chrome | None = getattr(request, "_chrome", None)
    if kept is None:
        kept = request._chrome = made(request, window)  # type: ignore[attr-defined]
    return kept


def made(request: HttpRequest, window: Window | None) -> Chrome:
    """The chrome, in a constant number of queries."""
    user = requests.user_of(request)
    workspace = window.workspace if window is not None and window.id else Workspace.OVERVIEW
    windows = registry.WINDOWS.of_workspace(workspace, user)
    if workspace is Workspace.OVERVIEW:
        windows = windows + registry.WINDOWS.of_workspace(Workspace.MAIL, user)
    mark = changes.KEPT.current()
    cheap = tabs.cheap(mark)
    tallies = standing.rows(user) if cheap else {}
    beside = {one.id: one.count for one in windows if one.count is not None}
    counts = counting.count_standing(user, {**beside, **{TALLY + name: rows for name, rows in tallies.items()}})
    tallied = {name: counts[TALLY + name] for name in tallies}
    found = [provider(request, workspace) for provider in GROUPS]
    favourites = person.setting(request, "favourites", [])
    starred = [one for one in registry.WINDOWS if one.id in favourites and one.open_to(user)]
    groups = [Group(registry.FAVOURITES, [item(one, window, {}) for one in starred])] if starred else []
    return Chrome(
        workspaces=workspace_items(user, workspace),
        workspace=workspace,
        items=[item(one, window, counts) for one in windows if user.role in one.roles or counts.get(one.id)],
        groups=groups + [one for one in found if one is not None and one.items],
        progress=jobs.current(user),
        favourite=window is not None and window.id in favourites,
        theme=person.setting(request, "theme", "system"),
        density=person.setting(request, "density", "comfortable"),
        nav_closed=person.setting(request, "nav", "open") == "closed",
        single_keys=person.setting(request, "single_keys", "on") != "off",
        go_keys=[(one.keys, one.name, url_of(one)) for one in registry.WINDOWS if one.keys and one.open_to(user)],
        standing=standing.counted(user, mark, tallied) if cheap else standing.kept(user, mark),
        alerts=len(alerts_for(request)) if alerts.may_read(user) else None,
    )


def alerts_for(request: HttpRequest) -> list[Alert]:
    """The alerts that this person is shown, newest first; read once a request."""
    kept: list[Alert] | None = getattr(request, "_alerts", None)
    if kept is None:
        rows = looking.standing(clock.now()) if alerts.may_read(requests.user_of(request)) else None
        found = list(rows[:MOST_ALERTS]) if rows is not None and alerts.any_open() else []
        kept = request._alerts = found  # type: ignore[attr-defined]
    return kept


def workspace_items(user: Any, current: Workspace) -> list[Item]:
    """The rail: each workspace opens its first window."""
    items = []
    for workspace in Workspace:
        windows = registry.WINDOWS.of_workspace(workspace, user)
        if windows:
            first = windows[0]
            items.append(Item(workspace.label, url_of(first), workspace.icon, current=workspace is current))
    return items


def item(window: Window, current: Window | None, counts: dict[str, int]) -> Item:
    """A window's line in the navigation pane; a count of nothing is not shown."""
    count = counts.get(window.id, 0)
    return Item(
        window.name,
        url_of(window),
        window.icon,
        f"{window.name} ({window.id})" if window.id != "OVERVIEW" else str(window.name),
        counting.words(count) if count else "",
        window.count_tone,
        current is not None and window.id == current.id,
    )
