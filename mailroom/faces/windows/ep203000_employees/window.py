"""What Employees is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace

WINDOW = Window(
    id="EP203000",
    name=_("Employees"),
    workspace=Workspace.SETTINGS,
    icon="people",
    keys="",
    order=25,
)
