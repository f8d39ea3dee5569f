"""Ways into the lists of emails from the navigation pane: filters that were kept, and the person's work groups."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mailroom.base import prepared
from mailroom.faces.windows.kit import chrome, filters, registry, requests
from mailroom.faces.windows.kit.registry import Workspace
from mailroom.records.filters import lines, saved
from mailroom.records.filters.lines import Line
from mailroom.records.organisation.models import Workgroup

MOST = 12  # of each; more stand as tabs of their windows
INCOMING = "/co409000/"


@chrome.group
def saved_filters(request: HttpRequest, workspace: Workspace) -> chrome.Group | None:
    """The filters of all windows of emails that this person kept or that others share."""
    if workspace is not Workspace.MAIL:
        return None
    user = requests.user_of(request)
    windows = {one.id: one for one in registry.WINDOWS.of_workspace(workspace, user) if user.role in one.roles}
    items = [
        chrome.Item(
            kept.name,
            f"{chrome.url_of(windows[kept.window_id])}?tab={filters.SAVED}{kept.pk}",
            "filter",
            str(windows[kept.window_id].name),
        )
        for kept in saved.known_to(user, *sorted(windows))[:MOST]
    ]
    return chrome.Group(_("Saved filters"), items)


@chrome.group
def my_workgroups(request: HttpRequest, workspace: Workspace) -> chrome.Group | None:
    """The work groups that this person belongs to, each with its incoming emails."""
    if workspace is not Workspace.MAIL:
        return None
    user = requests.user_of(request)
    mine = Workgroup.objects.filter(members__user=user, active=True).exclude(description="").order_by("description")
    names = prepared.values(("work groups of", user.pk), lambda: mine.values_list("description")[:MOST])
    items = [chrome.Item(name, _incoming_of(name), "people") for (name,) in names]
    return chrome.Group(_("My work groups"), items)


def _incoming_of(name: str) -> str:
    line = Line("workgroup", "equals", name)
    return f"{INCOMING}?{urlencode({'tab': 'all', 'filter': lines.write([line])})}"
