"""Saving a draft while it is written, and its files: small posts of the page's script."""

import re
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from mailroom.base import clock
from mailroom.faces.windows.cr306015_email_activity.forms import DraftForm
from mailroom.faces.windows.cr306015_email_activity.window import WINDOW
from mailroom.faces.windows.kit import requests, toasts
from mailroom.faces.windows.kit.registry import WRITERS
from mailroom.faces.windows.kit.views import WindowView
from mailroom.faces.windows.mail import tables
from mailroom.flows.sending import outbox
from mailroom.records.emails import compose, inline_images, status
from mailroom.records.emails.models import Attachment, Direction, Email, Status
from mailroom.records.files import store
from mailroom.records.organisation.models import User
from mailroom.records.preferences import current

KEY = re.compile(r"[0-9a-f-]{36}")
MOST_FOUND = 40
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"}


class NoAccount(Exception):
    """There is no account to write from."""


def new_key() -> str:
    """The key under which a page's new draft is saved once, however often it is posted."""
    return str(uuid.uuid4())


def writer(request: HttpRequest) -> User:
    """The person, who may write; raises PermissionDenied."""
    user = requests.user_of(request)
    if user.role not in WRITERS:
        raise PermissionDenied(WINDOW.id)
    return user


def draft_of(request: HttpRequest, key: int) -> Email:
    """An outgoing email that this person may see; 404 else."""
    rows = tables.visible(request).filter(direction=Direction.OUTGOING)
    email = rows.select_related("account", "content").filter(pk=key).first()
    if email is None:
        raise Http404(key)
    return email


def by_key(request: HttpRequest) -> Email | None:
    """The draft that the page's key was used for already."""
    key = request.POST.get("draft_key", "")
    if not KEY.fullmatch(key):
        return None
    rows = tables.visible(request).filter(idempotency_key=f"draft:{key}", created_by=requests.user_of(request))
    return rows.select_related("account", "content").first()


def version_of(request: HttpRequest) -> int | None:
    """The version that the page began from; None when it does not say."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def keep(request: HttpRequest, form: Any, email: Email | None) -> Email:
    """Save what the form holds, as a new draft or into `email`; raises compose.Stale, status.Refused and so on."""
    now, user = clock.now(), writer(request)
    account = email.account if email is not None else current.default_account_for(user)
    if account is None and not form.cleaned_data.get("account"):
        raise NoAccount(_("There is no email account to write from. An administrator can add one."))
    fields = form.draft(account)
    if email is None:
        email = _create(request, fields, user)
    else:
        compose.save(email, fields, now, user, None if request.POST.get("overwrite") else version_of(request))
    html = inline_images.take_data(email, fields.html)
    if html != fields.html:
        email.content.html = html
        email.content.save(update_fields=["html"])
    return email


def _create(request: HttpRequest, fields: compose.DraftFields, user: User) -> Email:
    """A new draft under the page's key; two posts at once make one."""
    key = request.POST.get("draft_key", "")
    try:
        with transaction.atomic():
            email = compose.create(fields, clock.now(), user)
            if KEY.fullmatch(key):
                Email.objects.filter(pk=email.pk).update(idempotency_key=f"draft:{key}")
            return email
    except IntegrityError:
        known = by_key(request)
        if known is None:
            raise
        return compose.save(known, fields, clock.now(), user)


REFUSALS = (status.Refused, compose.TooLarge, store.FileMissing, NoAccount)


class SaveDraft(WindowView):
    """The draft as it stands on the page; answers its id, version and the time, or 409 with who was quicker."""

    window = WINDOW
    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: int | None = None) -> JsonResponse:
        """Save; a new page's first save makes the draft."""
        writer(request)
        email = draft_of(request, key) if key else by_key(request)
        form = DraftForm(request.POST, instance=email, request=request)
        form.is_valid()
        try:
            email = keep(request, form, email)
        except compose.Stale as stale:
            return JsonResponse(stale_facts(stale), status=409)
        except REFUSALS as refused:
            return JsonResponse({"words": str(refused)}, status=422)
        return JsonResponse(saved_facts(email))


def saved_facts(email: Email) -> dict[str, Any]:
    """What the page notes after a save."""
    at = timezone.localtime(email.content.saved_at or clock.now())
    return {
        "id": email.pk,
        "version": email.content.version,
        "url": f"/cr306015/{email.pk}/",
        "words": _("Draft saved %s") % f"{at:%H:%M}",
    }


def stale_facts(stale: compose.Stale) -> dict[str, Any]:
    """What the page shows when somebody else, or another tab, saved meanwhile."""
    at = f"{timezone.localtime(stale.at):%H:%M}" if stale.at else ""
    words = _("%(who)s saved another version of this draft at %(at)s. Yours is not saved.")
    return {"version": stale.version, "words": words % {"who": stale.by or _("Somebody"), "at": at}}


class Files(WindowView):
    """The files of a draft: upload adds, `remove` takes off; both answer the list of files."""

    window = WINDOW
    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: int, attachment: int | None = None) -> HttpResponse:
        """Add the uploaded files, or take one off; a picture for the text answers its address."""
        user, email = writer(request), draft_of(request, key)
        if email.status == Status.PENDING and attachment is None:
            return self.add_to_queued(request, email, user)
        try:
            if attachment is not None:
                compose.detach(email, attachment)
            elif request.POST.get("inline"):
                return self.picture(email, request.FILES.get("files"))
            for file in request.FILES.getlist("files"):
                add(email, file)
        except REFUSALS as refused:
            return HttpResponse(str(refused), status=422, content_type="text/plain; charset=utf-8")
        return files_of(self, request, email)

    def add_to_queued(self, request: HttpRequest, email: Email, user: User) -> HttpResponse:
        """Files for a mail that waits: taken out of the queue, changed, and put back in its place, or not at all."""
        toast = toasts.Toast(_("Added. The email waits as before."))
        try:
            with transaction.atomic():
                now, start = clock.now(), email.start_at
                status.cancel(email, now, user)
                for file in request.FILES.getlist("files"):
                    add(email, file)
                outbox.enqueue(email.pk, now, user, send_at=start, cancel_if_answered=email.cancel_if_answered)
        except REFUSALS as refused:
            toast = toasts.Toast(str(refused), "bad")
        toasts.keep(request, toast)
        return requests.redirect(request, f"/cr306015/{email.pk}/")

    def picture(self, email: Email, file: Any) -> HttpResponse:
        """A picture that was pasted or dropped into the text."""
        if file is None or (file.content_type or "") not in PICTURES:
            raise compose.TooLarge(_("Only pictures (PNG, JPEG, GIF, WebP) can stand in the text. Attach other files."))
        made = inline_images.add(email, file.name or "image", file.content_type or "", _content(email, file))
        return JsonResponse({"url": inline_images.address(email.pk, made.content_id)})


def files_of(view: WindowView, request: HttpRequest, email: Email) -> HttpResponse:
    """The list of files as it is now, and their number in the title bar; pictures in the text are none of them."""
    email.refresh_from_db(fields=["attachment_count"])
    return view.render(request, "cr306015/_files.html", record=email, oob=True)


def add(email: Email, file: Any) -> Attachment:
    """An uploaded file as an attachment; raises compose.TooLarge, status.Refused."""
    return compose.attach(
        email, file.name or "file", file.content_type or "application/octet-stream", _content(email, file)
    )


def _content(email: Email, file: Any) -> bytes:
    compose.check_editable(email)
    compose.check_room(email, file.size or 0)  # before its bytes are read into memory
    content: bytes = file.read()
    return content


class FromMail(WindowView):
    """Attach files of other emails: a search over their names, and the choice."""

    window = WINDOW
    http_method_names = ["get", "post"]

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        """The newest files of mail that this person may see; `q` is part of the name."""
        writer(request)
        email, text = draft_of(request, key), request.GET.get("q", "")[:200]
        rows = self.choosable(request).exclude(email=email).select_related("email").order_by("-pk")
        for word in text.split()[:6]:
            rows = rows.filter(name__icontains=word)
        wanted = "_from_mail_rows.html" if requests.target(request) == "from-mail-rows" else "_from_mail.html"
        return self.render(request, f"cr306015/{wanted}", record=email, rows=rows[:MOST_FOUND], text=text)

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        """Put the chosen files on the draft."""
        writer(request)
        email, ids = draft_of(request, key), requests.ids_of(request.POST.getlist("files"))
        rows = list(self.choosable(request).filter(pk__in=ids or [])[:MOST_FOUND])
        if ids is None or len(rows) != len(ids):
            raise Http404
        try:
            compose.copy_files(email, rows)
        except REFUSALS as refused:
            return HttpResponse(str(refused), status=422, content_type="text/plain; charset=utf-8")
        return files_of(self, request, email)

    def choosable(self, request: HttpRequest) -> Any:
        """Files that the reader of their mail gets."""
        return compose.readable_files(tables.visible(request))
