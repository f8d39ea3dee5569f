"""What Notification events is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import ADMINISTRATORS, Window, Workspace

WINDOW = Window(
    id="SM204010",
    name=_("Notification events"),
    workspace=Workspace.SETTINGS,
    icon="bell",
    order=35,
    roles=ADMINISTRATORS,
)
