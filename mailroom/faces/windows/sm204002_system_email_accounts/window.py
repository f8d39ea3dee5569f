"""What System email accounts is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import ADMINISTRATORS, Window, Workspace

WINDOW = Window(
    id="SM204002",
    name=_("System email accounts"),
    workspace=Workspace.SETTINGS,
    icon="at",
    keys="",
    order=10,
    roles=ADMINISTRATORS,
)
