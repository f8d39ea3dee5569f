"""What User settings is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace

WINDOW = Window(
    id="SM203010",
    name=_("User settings"),
    workspace=Workspace.SETTINGS,
    icon="user",
    order=90,
)
