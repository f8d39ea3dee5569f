"""What Quarantine is."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mailroom.faces.windows.kit.registry import ADMINISTRATORS, Tally, Window, Workspace
from mailroom.flows.receiving import quarantine

WINDOW = Window(
    id="SM507020",
    name=_("Quarantine"),
    workspace=Workspace.MAIL,
    icon="lock",
    roles=ADMINISTRATORS,
    order=60,
    also=quarantine.is_for,
    count=quarantine.waiting_for,
    count_tone="bad",
    tally=Tally(
        _("quarantined"),
        lambda count: ngettext("quarantined email", "quarantined emails", count),
        quarantine.waiting_for,
        icon="lock",
        query="?tab=open",
        tone="bad",
    ),
)
