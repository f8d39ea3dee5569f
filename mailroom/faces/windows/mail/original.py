"""The original of an email: its headers, its source, what is wrong with it, and why it went where it went."""

import contextlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from mailroom.faces.windows.cr306015_email_activity.window import WINDOW
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.views import WindowView
from mailroom.faces.windows.mail import files, rights, tables
from mailroom.flows.incoming.models import StepOutcome
from mailroom.mime import charsets, parse
from mailroom.records.emails import ledger, release
from mailroom.records.emails.models import Direction, Email
from mailroom.records.files import store

MOST_HEADERS = 500
MOST_EVENTS = 400
METHODS = {"spf": "SPF", "dkim": "DKIM", "dmarc": "DMARC", "arc": "ARC"}
VERDICTS = {
    "pass": (gettext_lazy("passed"), "ok"),
    "fail": (gettext_lazy("failed: the sender’s domain disowns this mail"), "bad"),
    "softfail": (gettext_lazy("doubtful: the server is not one that the domain names"), "warn"),
    "neutral": (gettext_lazy("no statement"), ""),
    "none": (gettext_lazy("the domain publishes none"), ""),
    "temperror": (gettext_lazy("could not be checked at that moment"), "warn"),
    "permerror": (gettext_lazy("the domain’s record is wrong"), "warn"),
}
STEP_TONES = {"did": ("ok", "ok"), "skipped": ("skip", ""), "failed": ("fail", "bad")}
ACTIONS = {
    "save": gettext_lazy("Saved"),
    "send": gettext_lazy("Queued"),
    "take": gettext_lazy("Taken by a worker"),
    "return": gettext_lazy("Put back to wait"),
    "finish": gettext_lazy("Processed"),
    "fail": gettext_lazy("Failed"),
    "process": gettext_lazy("Processing asked for"),
    "cancel": gettext_lazy("Sending canceled"),
    "confirm": gettext_lazy("Marked as delivered"),
    "send_to_rest": gettext_lazy("Sent to the rest"),
    "hold": gettext_lazy("Held until somebody says yes"),
    "delete": gettext_lazy("Deleted"),
    "restore": gettext_lazy("Restored"),
    "archive": gettext_lazy("Archived"),
    "restore_from_archive": gettext_lazy("Restored from archive"),
    "merge": gettext_lazy("Conversations merged"),
    "split": gettext_lazy("Split off"),
    "undo_merge": gettext_lazy("Merge taken back"),
    "undo_split": gettext_lazy("Split taken back"),
}


class Original(WindowView):
    """GET `?part=headers`, `history` or `delivery`: one page with three parts."""

    window = WINDOW
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        """The page."""
        email = rights.find(request, key)
        content = getattr(email, "content", None)
        noted = content.noted if content else {}
        outgoing = email.direction == Direction.OUTGOING
        parts = [("headers", _("Headers")), ("history", _("Why it went here") if not outgoing else _("History"))]
        parts += [("delivery", _("Delivery"))] if outgoing else []
        asked = request.GET.get("part", "headers")
        part = asked if asked in dict(parts) else "headers"
        context: dict[str, Any] = {
            "email": email,
            "record_title": tables.subject(email),
            "parts": parts,
            "part": part,
            "headers": headers(email) if part == "headers" else [],
            "verdicts": verdicts(noted.get("authentication") or {}),
            "defects": [sentence for _code, sentence in noted.get("defects") or []],
            "automatic": noted.get("automatic") or "",
        }
        if part == "history":
            context["events"] = events(email)
        if part == "delivery":
            context["delivery"] = ledger.delivery(email)
        return self.render(request, "mail/original.html", **context)


def headers(email: Email) -> Sequence[Sequence[str]]:
    """Name and value of the header fields: as stored of received mail, else read from the bytes that go out."""
    stored = email.content.headers if hasattr(email, "content") else []
    if not isinstance(stored, list) or not stored:
        stored = []
        if email.raw_sha256 is not None:
            with contextlib.suppress(store.FileMissing):
                stored = list(parse.parse(next(store.open_stream(bytes(email.raw_sha256)), b"")).headers)
    return stored[:MOST_HEADERS]


def verdicts(found: dict[str, str]) -> list[dict[str, Any]]:
    """What trusted servers found out about the sender, in words."""
    shown = []
    for method, result in found.items():
        words, tone = VERDICTS.get(result, (result, ""))
        shown.append({"method": METHODS.get(method, method), "words": words, "tone": tone, "result": result})
    return shown


def events(email: Email) -> list[dict[str, Any]]:
    """One time line of an email: arrival, every step with its reason, every change of state with who and why."""
    found = [_event(email.created_at, 0, "mail", "", _arrival(email), "", "")]
    for step in StepOutcome.objects.filter(email=email).order_by("-id")[:MOST_EVENTS]:
        icon, tone = STEP_TONES.get(step.outcome, ("info", ""))
        found.append(_event(step.at, step.position + 1, icon, tone, _step_name(step.step), step.reason, ""))
    for move in email.status_changes.select_related("by").order_by("-id")[:MOST_EVENTS]:
        words = ACTIONS.get(move.action, move.action)
        tone = "bad" if move.action == "fail" else ""
        found.append(_event(move.at, 1000 + move.pk, "clock", tone, words, move.reason, str(move.by or "")))
    return sorted(found, key=lambda event: (event["at"], event["order"]))


def _event(at: datetime, order: int, icon: str, tone: str, title: Any, reason: str, who: str) -> dict[str, Any]:
    return {"at": at, "order": order, "icon": icon, "tone": tone, "title": title, "reason": reason, "who": who}


def _arrival(email: Email) -> str:
    account = email.account.email_account_id
    if email.direction == Direction.INCOMING:
        return _("Received on %(account)s") % {"account": account}
    return _("Written, to be sent from %(account)s") % {"account": account}


def _step_name(name: str) -> str:
    return name.replace("_", " ").capitalize()


@require_GET
def source(request: HttpRequest, key: int) -> HttpResponseBase:
    """The exact bytes as plain text, in a tab of their own."""
    email = rights.find(request, key)
    if email.raw_sha256 is None:
        raise Http404
    if not release.may_have_original(email, requests.user_of(request)):
        return files.withheld(request)
    try:
        pieces = store.open_stream(bytes(email.raw_sha256))
        first = next(pieces, b"")
    except store.FileMissing:
        return files.gone()
    charset = "utf-8" if charsets.decode(first)[1] in {"utf-8", "us-ascii", "ascii"} else "windows-1252"

    def stream() -> Any:
        yield first
        yield from pieces

    response = StreamingHttpResponse(stream(), content_type=f"text/plain; charset={charset}")
    return files.guarded(response, f"email-{email.pk}.txt", inline=True)
