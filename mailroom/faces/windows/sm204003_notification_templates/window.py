"""What Notification templates is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import ADMINISTRATORS, Window, Workspace

WINDOW = Window(
    id="SM204003",
    name=_("Notification templates"),
    workspace=Workspace.SETTINGS,
    icon="template",
    order=30,
    roles=ADMINISTRATORS,
)
