"""What Users is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import ADMINISTRATORS, Window, Workspace

WINDOW = Window(
    id="SM201010",
    name=_("Users"),
    workspace=Workspace.SETTINGS,
    icon="lock",
    keys="",
    order=30,
    roles=ADMINISTRATORS,
)
