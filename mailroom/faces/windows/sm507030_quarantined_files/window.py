"""What Quarantined files is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import ADMINISTRATORS, Window, Workspace
from mailroom.records.emails import release

WINDOW = Window(
    id="SM507030",
    name=_("Quarantined files"),
    workspace=Workspace.MAIL,
    icon="paperclip",
    roles=ADMINISTRATORS,
    order=61,
    count=release.waiting,
)
