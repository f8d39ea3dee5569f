"""What Automation schedules is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace
from mailroom.records.organisation.models.people import Role

ROLES = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})
WINDOW = Window(
    id="SM205020",
    name=_("Automation schedules"),
    workspace=Workspace.SCHEDULES,
    icon="clock",
    keys="g d",
    order=10,
    roles=ROLES,
)
