"""What Enable/disable functionalities is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import ADMINISTRATORS, Window, Workspace

WINDOW = Window(
    id="CS100000",
    name=_("Enable/disable functionalities"),
    workspace=Workspace.SETTINGS,
    icon="switch",
    keys="",
    order=70,
    roles=ADMINISTRATORS,
)
