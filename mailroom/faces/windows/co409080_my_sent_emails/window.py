"""What My sent emails is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace

WINDOW = Window(id="CO409080", name=_("My sent emails"), workspace=Workspace.MAIL, icon="send", keys="g s", order=20)
