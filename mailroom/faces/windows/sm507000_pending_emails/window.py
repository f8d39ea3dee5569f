"""What Pending emails is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace

WINDOW = Window(
    id="SM507000",
    name=_("Pending emails"),
    workspace=Workspace.MAIL,
    icon="hourglass",
    keys="g p",
    order=40,
)
