"""Canned texts and notification templates for the editor: the list, and one filled for this mail."""

from typing import Any

from django.http import Http404, HttpRequest, JsonResponse

from mailroom.faces.windows.cr306015_email_activity import drafting
from mailroom.faces.windows.cr306015_email_activity.window import WINDOW
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.views import WindowView
from mailroom.flows.sending import outbox
from mailroom.mime import bodies
from mailroom.records.conversations import canned
from mailroom.records.crm.models import Case
from mailroom.records.emails.models import Email
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.preferences import answers

MOST = 30


class Texts(WindowView):
    """The canned texts that a person may use, for the menu and for typing `/`."""

    window = WINDOW
    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> JsonResponse:
        """Those whose name holds `q`."""
        rows = canned.usable_by(drafting.writer(request))
        for word in request.GET.get("q", "")[:100].split():
            rows = rows.filter(name__icontains=word)
        found = [{"id": row.pk, "name": row.name, "of": str(row.workgroup or "")} for row in rows[:MOST]]
        return JsonResponse({"texts": found})


class Text(WindowView):
    """One text with its placeholders filled from the mail that is written."""

    window = WINDOW
    http_method_names = ["get"]

    def get(self, request: HttpRequest, kind: str, number: int) -> JsonResponse:
        """The HTML to insert; a notification template brings its subject too."""
        user, email = drafting.writer(request), None
        if request.GET.get("email", "").isdecimal():
            email = drafting.draft_of(request, int(request.GET["email"][:18]))
        values = values_for(request, email)
        if kind == "canned":
            row = canned.usable_by(user).filter(pk=number).first()
            if row is None:
                raise Http404(number)
            return JsonResponse({"html": canned.fill(row.body, values), "subject": ""})
        template = NotificationTemplate.objects.filter(pk=number).first()
        if template is None:
            raise Http404(number)
        html = canned.fill(bodies.sanitise_html(template.body), values)
        return JsonResponse({"html": html, "subject": canned.fill(template.subject, values)})


def values_for(request: HttpRequest, email: Email | None) -> dict[str, str]:
    """What the placeholders stand for: the first recipient, the case, the subject, the writer."""
    to = outbox.address(request.GET.get("to", "")[:2000])
    name = answers.recipient_name(to)
    return {
        "Name": name,
        "FirstName": name.split()[0] if name else "",
        "CaseNumber": case_number(email),
        "Subject": request.GET.get("subject", "")[:900],
        "MyName": str(requests.user_of(request)),
    }


def case_number(email: Email | None) -> str:
    """The case that the mail belongs to."""
    if email is None or email.related_entity_type != "case" or email.related_entity_id is None:
        return ""
    return Case.objects.filter(pk=email.related_entity_id).values_list("case_id", flat=True).first() or ""


def templates() -> list[dict[str, Any]]:
    """The notification templates that a mail may start from."""
    rows = NotificationTemplate.objects.order_by("description").values_list("pk", "description")
    return [{"id": pk, "name": name} for pk, name in rows[:MOST]]
