"""What Email activity is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace

WINDOW = Window(
    id="CR306015",
    name=_("Email activity"),
    workspace=Workspace.MAIL,
    icon="pencil",
    order=90,
    in_navigation=False,
)
