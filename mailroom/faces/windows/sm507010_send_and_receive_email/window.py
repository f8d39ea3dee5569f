"""What Send and receive email is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace

WINDOW = Window(
    id="SM507010",
    name=_("Send and receive email"),
    workspace=Workspace.MAIL,
    icon="sync",
    keys="",
    order=50,
)
