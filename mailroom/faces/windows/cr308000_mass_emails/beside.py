"""What stands beside a mass email and is fetched alone: its counts, its recipients, the preview with one of them."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy
from django_htmx.http import trigger_client_event

from mailroom.base import clock
from mailroom.faces.windows.cr308000_mass_emails.window import WINDOW
from mailroom.faces.windows.kit import requests, toasts
from mailroom.faces.windows.kit.views import WindowView
from mailroom.faces.windows.mail import body
from mailroom.flows.mailings import entity, preparing, responses, text
from mailroom.flows.mailings.models import MassEmail, MassEmailRecipient, Reason
from mailroom.flows.sending import from_template
from mailroom.records.crm import entities
from mailroom.records.notifications.render import TooLong

State = MassEmail.Status
PAGE = 100
OFFERED = 50  # recipients that a preview can be made with
SHOWN = (
    ("", gettext_lazy("All")),
    ("chosen", gettext_lazy("Recipients")),
    ("skipped", gettext_lazy("Left out")),
    ("failed", gettext_lazy("Failed")),
    ("bounced", gettext_lazy("Bounced")),
    ("replied", gettext_lazy("Replied")),
    ("unsubscribed", gettext_lazy("Unsubscribed")),
)


def figures(record: MassEmail) -> dict[str, Any]:
    """How many got it and what came of it; asked for again while it is being prepared or sent."""
    counts = responses.counts([record.pk]).get(record.pk, responses.Counts())
    preparing = record.status == State.PREPARING
    asks_again = preparing or record.status == State.SENDING
    return {"counts": counts, "asks_again": asks_again, "preparing": preparing, "record": record}


def recipients(request: HttpRequest, record: MassEmail) -> dict[str, Any]:
    """A page of the recipients with the outcome of each."""
    shown = request.GET.get("recipients", "")
    shown = shown if shown in responses.SHOWN else ""
    after = request.GET.get("after", "")
    first = int(after) if after.isdecimal() and len(after) < 19 else 0
    rows, following = responses.page(record.pk, shown, first, PAGE)
    return {
        "recipient_rows": [(row, *responses.outcome(row), _kind(row)) for row in rows],
        "recipients_shown": shown,
        "recipients_tabs": SHOWN,
        "recipients_next": following,
        "recipients_first": first == 0,
    }


def _kind(row: MassEmailRecipient) -> str:
    """The address of the person's record."""
    for key in ("contact", "lead", "employee"):
        number = getattr(row, f"{key}_id")
        if number:
            return f"/entity/{key}/{number}/"
    return ""


class Beside(WindowView):
    """A part of a mass email."""

    window = WINDOW
    http_method_names = ["get", "head"]

    def record(self, request: HttpRequest, key: str) -> MassEmail:
        """The mass email, or 404."""
        kind = entities.TYPES[entity.KEY]
        found: MassEmail | None = kind.rows(requests.user_of(request)).filter(mass_email_id=key).first()
        if found is None:
            raise Http404(key)
        return found


class Figures(Beside):
    """Its counts."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The fragment; when preparing has ended with the recipients and what it came to, and the window comes anew."""
        record = self.record(request, key)
        if "preparing" in request.GET and record.status != State.PREPARING:
            context = figures(record) | recipients(request, record)
            answer = self.render(request, "cr308000/_prepared.html", **context)
            level = "bad" if preparing.why_not(record) else "ok"
            answer.write(toasts.out_of_band(request, toasts.Toast(preparing.told(record), level)))
            return trigger_client_event(answer, "mailroom:anew", after="swap")
        return self.render(request, "cr308000/_figures.html", **figures(record))


class Recipients(Beside):
    """A page of its recipients."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The fragment."""
        record = self.record(request, key)
        return self.render(request, "cr308000/_recipients.html", record=record, **recipients(request, record))


class Preview(Beside):
    """The mail that one of its recipients gets."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The dialog; before it is prepared, without values of anybody."""
        record = self.record(request, key)
        rows = record.recipients.filter(reason=Reason.NONE).order_by("pk")
        offered = list(rows.select_related(*entity.WITH)[:OFFERED])
        number = request.GET.get("recipient", "")
        chosen = int(number) if number.isdecimal() and len(number) < 19 else 0
        row = next((one for one in offered if one.pk == chosen), offered[0] if offered else None)
        context: dict[str, Any] = {"record": record, "offered": offered, "recipient": row}
        try:
            with text.in_its_language(record):
                mail = text.filled(record, row, clock.now(), from_template.base_address())
            context |= {"mail": mail, "document": body.of_draft(mail.html), "problems": text.problems(record)}
        except TooLong as error:
            context["fault"] = str(error)
        return self.render(request, "cr308000/_preview.html", **context)


def urls() -> list[URLPattern]:
    """The addresses of the parts."""
    return [
        path("<str:key>/figures/", Figures.as_view(), name="figures"),
        path("<str:key>/recipients/", Recipients.as_view(), name="recipients"),
        path("<str:key>/preview/", Preview.as_view(), name="preview"),
    ]
