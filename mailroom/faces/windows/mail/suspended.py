"""Says in every mail window that email processing is suspended, for as long as it is."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mailroom.faces.windows.kit import chrome
from mailroom.faces.windows.kit.registry import Workspace
from mailroom.records.preferences import current


@chrome.notice
def suspended(request: HttpRequest, workspace: Workspace) -> str:
    """The words of the banner; empty where mail goes or this is no mail window."""
    if workspace is not Workspace.MAIL or not current.is_suspended():
        return ""
    return _("Email processing is suspended: nothing is sent or received until it is resumed in Email preferences.")
