"""What Audit trail is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import ADMINISTRATORS, Window, Workspace

WINDOW = Window(
    id="SM205530",
    name=_("Audit trail"),
    workspace=Workspace.SETTINGS,
    icon="clock",
    order=95,
    roles=ADMINISTRATORS,
)
