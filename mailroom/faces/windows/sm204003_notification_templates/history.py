"""The earlier versions of a template: a dialog with all of them, what has changed since each, and Restore."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from mailroom.base import clock
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.actions import Outcome
from mailroom.faces.windows.kit.views import WindowView
from mailroom.faces.windows.sm204003_notification_templates.window import WINDOW
from mailroom.records.notifications import saving, versions
from mailroom.records.notifications.models import NotificationTemplate, TemplateVersion

SHOWN = 100
LABELS = {
    "description": "Description",
    "from_account_id": "From",
    "to": "To",
    "cc": "CC",
    "bcc": "BCC",
    "subject": "Subject",
    "window_id": "Window ID",
    "body": "Message text area",
}


def version_of(key: int, number: int) -> TemplateVersion:
    """A version of this template; 404 for none."""
    return get_object_or_404(TemplateVersion.objects.select_related("template"), pk=number, template_id=key)


class Versions(WindowView):
    """All versions, newest first; the first is what stands."""

    window = WINDOW
    http_method_names = ["get"]

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        """The dialog."""
        template = get_object_or_404(NotificationTemplate, pk=key)
        rows = list(template.versions.select_related("saved_by")[:SHOWN])
        return self.render(request, "sm204003/_versions.html", record=template, versions=rows)


class Version(WindowView):
    """What has changed since a version, and putting it back."""

    window = WINDOW

    def get(self, request: HttpRequest, key: int, number: int) -> HttpResponse:
        """The dialog; lines that are gone and lines that came."""
        version = version_of(key, number)
        found = [(_(LABELS[change.field]), change.sign, change.text) for change in versions.changes(version)]
        context: dict[str, Any] = {"record": version.template, "version": version, "changes": found}
        return self.render(request, "sm204003/_version.html", **context)

    def post(self, request: HttpRequest, key: int, number: int) -> HttpResponse:
        """Restore: the earlier text becomes the newest version."""
        if number <= 0:
            raise Http404
        back = WINDOW.url("record", key)
        try:
            saving.save(versions.put_back(version_of(key, number)), requests.user_of(request), clock.now())
        except saving.Invalid as invalid:
            words = _("It cannot be put back as it was: %(why)s") % {"why": " ".join(invalid.errors.values())}
            return self.answer(request, Outcome(words, level="bad"), back)
        return self.answer(request, Outcome(_("The earlier version is back"), redirect=back), back)
