"""What Email preferences is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import ADMINISTRATORS, Window, Workspace

WINDOW = Window(
    id="SM204001",
    name=_("Email preferences"),
    workspace=Workspace.SETTINGS,
    icon="sliders",
    keys="",
    order=20,
    roles=ADMINISTRATORS,
)
