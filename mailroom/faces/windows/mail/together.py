"""Working on an email together: who is at it now, and internal notes with mentions."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from mailroom.base import clock
from mailroom.faces.windows.cr306015_email_activity.window import WINDOW
from mailroom.faces.windows.kit import chrome, requests, toasts
from mailroom.faces.windows.kit.actions import Action
from mailroom.faces.windows.kit.registry import Workspace
from mailroom.faces.windows.kit.toasts import Toast
from mailroom.faces.windows.mail import rights
from mailroom.records.conversations import notes as spoken
from mailroom.records.conversations import presence as heartbeat
from mailroom.records.conversations.models import Doing, Mention
from mailroom.records.emails.checks import Finding
from mailroom.records.emails.models import Email

MOST_PEOPLE = 8
MOST_LISTED = 6


@require_POST
def presence(request: HttpRequest, key: int) -> HttpResponse:
    """A heartbeat, every 20 seconds while the email is open; answers who else is there, and mentions."""
    email = rights.find(request, key)
    doing = request.POST.get("doing", Doing.READING)
    if doing not in Doing.values:
        return HttpResponseBadRequest()
    user, now = requests.user_of(request), clock.now()
    heartbeat.beat(email, user, Doing(doing), now)
    context = presence_context(request, email, doing)
    response = render(request, "mail/_presence.html", context)
    fresh = [mention_toast(mention) for mention in spoken.to_tell(user, now)]
    if fresh:
        response.write(toasts.out_of_band(request, *fresh))
    return requests.no_store(response)


def presence_context(request: HttpRequest, email: Email, doing: str = Doing.READING) -> dict[str, Any]:
    """Who else is at the conversation, in sentences."""
    there = heartbeat.others(email, requests.user_of(request), clock.now())
    replying = [str(row.user) for row in there if row.doing == Doing.REPLYING]
    reading = [str(row.user) for row in there if row.doing == Doing.READING]
    words = []
    if replying:
        words.append(ngettext("%(who)s is replying", "%(who)s are replying", len(replying)) % {"who": _and(replying)})
    if reading:
        words.append(ngettext("%(who)s is reading", "%(who)s are reading", len(reading)) % {"who": _and(reading)})
    meanwhile = heartbeat.answered_meanwhile(email, clock.now()) if doing == Doing.REPLYING else []
    return {
        "email": email,
        "doing": doing,
        "presence_words": ", ".join(words),
        "somebody_replies": bool(replying),
        "answered": meanwhile[0] if meanwhile else None,
        "beat_seconds": heartbeat.BEAT_SECONDS,
    }


def answered_meanwhile(draft: Email) -> list[Finding]:
    """What Send asks about first: a colleague's answer that went out since this draft was begun."""
    others = heartbeat.answered_meanwhile(draft, clock.now())
    words = _("%(who)s answered this conversation at %(when)s, after you began to write.")
    return [
        Finding(
            "answered",
            words % {"who": one.created_by or one.from_name, "when": date_format(timezone.localtime(one.date), "H:i")},
        )
        for one in others[:1]
    ]


def _and(names: list[str]) -> str:
    return (
        names[0] if len(names) == 1 else _("%(some)s and %(last)s") % {"some": ", ".join(names[:-1]), "last": names[-1]}
    )


@chrome.group
def mentioned(request: HttpRequest, workspace: Workspace) -> chrome.Group | None:
    """The notes that name this person and are unread, in the navigation pane; fresh ones as toasts."""
    if workspace not in {Workspace.MAIL, Workspace.OVERVIEW}:
        return None
    found = spoken.unread(requests.user_of(request))
    if any(mention.told_at is None for mention in found):
        for mention in spoken.to_tell(requests.user_of(request), clock.now()):
            toasts.keep(request, mention_toast(mention))
    items = [
        chrome.Item(
            f"{mention.note.author or _('Somebody')}: {mention.note.email.subject or _('(No subject)')}",
            f"/cr306015/{mention.note.email_id}/",
            "note",
            " ".join(mention.note.text.split())[:120],
        )
        for mention in found[:MOST_LISTED]
    ]
    return chrome.Group(_("Mentions"), items) if items else None


def mention_toast(mention: Mention) -> Toast:
    """The toast that tells of a mention."""
    note = mention.note
    who = str(note.author or _("Somebody"))
    words = _("%(who)s mentioned you: %(text)s") % {"who": who, "text": " ".join(note.text.split())[:120]}
    return Toast(words, seconds=20, link_url=f"/cr306015/{note.email_id}/", link_text=_("Open email"))


@require_GET
def note_on(request: HttpRequest) -> HttpResponse:
    """The dialog for a note on the chosen email, `?ids=`; on the first where several are chosen."""
    ids = requests.ids_of(request.GET.getlist("ids")) or [0]
    return notes(request, ids[0])


@require_http_methods(["GET", "POST"])
def notes(request: HttpRequest, key: int) -> HttpResponse:
    """GET: the dialog in which a note is written. POST: the note; 422 with the dialog when it cannot be saved."""
    email = rights.find(request, key)
    user = rights.writer(request)
    if request.method == "GET":
        return asked(request, "mail/_note_dialog.html", {"email": email})
    try:
        written = spoken.write(email, user, request.POST.get("text", ""), clock.now())
    except spoken.NotAllowed as error:
        context = {"email": email, "text": request.POST.get("text", ""), "error": str(error)}
        return asked(request, "mail/_note_dialog.html", context, 422)
    return saved(request, Toast(told_words(written)), f"/cr306015/{email.pk}/")


def told_words(written: spoken.Written) -> str:
    """What the toast says after a note: whom it told, and whom it could not."""
    words = [_("Note saved")]
    if written.told:
        words.append(_("%(who)s will see it") % {"who": _and([str(user) for user in written.told])})
    if written.strangers:
        who = _and([str(user) for user in written.strangers])
        words.append(_("%(who)s may not see this email and was not told") % {"who": who})
    return ". ".join(words)


def asked(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A dialog as a fragment; without script as a page of its own."""
    if requests.is_fragment(request):
        return render(request, template, context, status=status)
    page = {"window": WINDOW, "dialog_template": template, "back": requests.safe_next(request, "/co409000/")}
    return render(request, "mail/dialog_page.html", context | page, status=status)


def saved(request: HttpRequest, toast: Toast, back: str) -> HttpResponse:
    """The answer of a dialog that did what it was opened for: a toast; it closes, and the page behind it is fresh."""
    if not requests.is_fragment(request):
        toasts.keep(request, toast)
        return requests.redirect(request, requests.safe_next(request, back))
    response = HttpResponse(toasts.out_of_band(request, toast), headers={"HX-Reswap": "none"})
    return trigger_client_event(response, "mailroom:saved", {})


@require_POST
def delete_note(request: HttpRequest, key: int, note: int) -> HttpResponse:
    """Take a note back; only its author or an administrator may."""
    email = rights.find(request, key)
    user = rights.writer(request)
    row = email.notes.filter(pk=note).first() if note <= rights.LARGEST_ID else None
    if row is None:
        raise Http404
    try:
        spoken.delete(row, user)
    except spoken.NotAllowed as error:
        return saved(request, Toast(str(error), level="bad"), f"/cr306015/{email.pk}/")
    return saved(request, Toast(_("Note deleted")), f"/cr306015/{email.pk}/")


@require_GET
def people(request: HttpRequest, key: int) -> HttpResponse:
    """The people whose name or login begins with `?q=`, for the list below a note."""
    rights.find(request, key)
    text = request.GET.get("q", "").strip()[:60]
    found = spoken.people().filter(login__istartswith=text) | spoken.people().filter(full_name__icontains=text)
    return render(request, "mail/_people.html", {"people": found.order_by("full_name", "login")[:MOST_PEOPLE]})


NOTE = Action(
    "note", gettext_lazy("Internal note"), url="/cr306015/note/", dialog=True, icon="note", keys="n", reader="icon"
)
