"""What Business accounts is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace

WINDOW = Window(
    id="CR303000",
    name=_("Business accounts"),
    workspace=Workspace.RELATIONS,
    icon="building",
    keys="g b",
    order=15,
)
