"""What Assignment maps is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import ADMINISTRATORS, Window, Workspace

WINDOW = Window(
    id="EP205000",
    name=_("Assignment maps"),
    workspace=Workspace.SETTINGS,
    icon="filter",
    order=15,
    roles=ADMINISTRATORS,
)
