"""What System locales is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import ADMINISTRATORS, Window, Workspace

WINDOW = Window(
    id="SM200550",
    name=_("System locales"),
    workspace=Workspace.SETTINGS,
    icon="globe",
    keys="",
    order=80,
    roles=ADMINISTRATORS,
)
