"""What Case classes is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import ADMINISTRATORS, Window, Workspace

WINDOW = Window(
    id="CR206000",
    name=_("Case classes"),
    workspace=Workspace.SETTINGS,
    icon="case",
    order=16,
    roles=ADMINISTRATORS,
    feature="case_management",
)
