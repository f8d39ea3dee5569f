"""What All emails is."""

from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit.registry import Window, Workspace

WINDOW = Window(id="CO409070", name=_("All emails"), workspace=Workspace.MAIL, icon="mails", keys="g a", order=30)
