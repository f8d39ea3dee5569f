"""What Quarantine is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import ADMINISTRATORS, Window, Workspace
from mailroom.flows.receiving import quarantine

WINDOW = Window(
    id="SM507020",
    name=_("Quarantine"),
    workspace=Workspace.MAIL,
    icon="lock",
    roles=ADMINISTRATORS,
    order=60,
    count=lambda user: quarantine.open_rows(),
    count_tone="bad",
)
