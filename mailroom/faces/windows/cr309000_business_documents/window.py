"""What Business documents is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace

WINDOW = Window(
    id="CR309000",
    name=_("Business documents"),
    workspace=Workspace.RELATIONS,
    icon="file",
    keys="",
    order=70,
)
