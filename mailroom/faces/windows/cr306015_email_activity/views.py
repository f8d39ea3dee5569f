"""Email activity (CR306015): writing a draft, and any email in a window of its own."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.faces.windows.cr306015_email_activity.forms import DraftForm
from mailroom.faces.windows.cr306015_email_activity.window import WINDOW
from mailroom.faces.windows.kit import requests, toasts
from mailroom.faces.windows.kit.actions import SEPARATOR, Action, Menu, Outcome, Toolbar, shown
from mailroom.faces.windows.kit.layout import Layout
from mailroom.faces.windows.kit.record import RecordWindow
from mailroom.faces.windows.mail import commands, reading, tables
from mailroom.flows.incoming import pipeline
from mailroom.flows.sending import outbox, send
from mailroom.records.emails import answering, compose, status
from mailroom.records.emails.models import Direction, Email, Status
from mailroom.records.files import store
from mailroom.records.organisation.models import PersonSetting
from mailroom.records.preferences import current

EDITABLE = {Status.DRAFT, Status.CANCELED}
DEFAULT_UNDO = 10


def process(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Process this one email now: send it, or process it as received."""
    email = Email.objects.select_related("account").get(pk=ids[0])
    if email.status not in {Status.PENDING, Status.FAILED}:
        return Outcome(_("Only a pending or failed email can be processed."), level="bad")
    if email.direction == Direction.OUTGOING:
        result = send.send_account(email.account_id, clock.now(), manual=True, only=[email.pk])
        words = _("Email sent") if result.sent else result.error
    else:
        done = pipeline.process_account(email.account_id, clock.now(), [email.pk], requests.user_of(request))
        words = _("Email processed") if done.processed else done.error
    email.refresh_from_db()
    return Outcome(words or email.error, level="ok" if email.status == Status.PROCESSED else "bad")


CANCEL = Action("cancel", gettext_lazy("Cancel sending"), run=commands.cancel, icon="stop")
PROCESS = Action("process", gettext_lazy("Process"), run=process, icon="play")
ORIGINAL = "/cr306015/%d/raw/"


class EmailActivity(RecordWindow):
    """A draft as a form; any other email as it reads."""

    window = WINDOW
    form_class = DraftForm
    layout = Layout(top=(("account", "to", "cc", "bcc", "subject"),), after="cr306015/_editor.html")
    toolbar_end_template = "cr306015/_send.html"
    ordering = "-date"
    close_to = "/co409080/"
    can_add = True

    def records(self, request: HttpRequest) -> QuerySet[Email]:
        """What this person may see."""
        rows = tables.visible(request).select_related(*tables.RELATED, "content")
        return rows.prefetch_related("recipients", "attachments")

    def form(self, request: HttpRequest, record: Any | None, data: Any = None, files: Any = None) -> forms.BaseForm:
        """The draft's form; a new one begins with the person's account and signature."""
        initial = {} if record is not None else self.initial(request)
        return DraftForm(data, files, instance=record, request=request, initial=initial)

    def initial(self, request: HttpRequest) -> dict[str, Any]:
        """The account, the signature, and what the address' query gives."""
        user = requests.user_of(request)
        account = current.default_account_for(user)
        signature = answering.signature_of(user, "signature_new")
        given = {name: request.GET[name][:2000] for name in ("to", "cc", "bcc", "subject") if name in request.GET}
        return {
            "account": account.pk if account else None,
            "body": f"<p><br></p>{signature}" if signature else "",
        } | given

    def save(self, request: HttpRequest, form: Any) -> Email:
        """Keep the draft and its files; with Send, queue it."""
        now, user = clock.now(), requests.user_of(request)
        try:
            if form.instance is None:
                email = compose.create(form.draft(), now, user)
            else:
                email = compose.save(form.instance, form.draft(), now, user)
            for number in requests.ids_of(request.POST.getlist("detach")) or []:
                compose.detach(email, number)
            for file in request.FILES.getlist("files"):
                compose.attach(email, file.name or "file", file.content_type or "application/octet-stream", file.read())
            if request.POST.get("send"):
                outbox.enqueue(email.pk, now, user, undo_seconds=undo_seconds(request))
        except (status.Refused, compose.TooLarge, outbox.NoRecipient, outbox.BadAddress, store.FileMissing) as error:
            raise ValidationError(str(error)) from error
        return Email.objects.get(pk=email.pk)

    def after_save(self, request: HttpRequest, record: Any) -> HttpResponse:
        """After Send: back to My sent emails, with the seconds that Undo is left."""
        if not request.POST.get("send"):
            return super().after_save(request, record)
        seconds = undo_seconds(request)
        words = _("Email to %(who)s goes in %(n)d s") % {"who": record.to_line or record.cc_line, "n": seconds}
        undo = {"undo_url": self.at("do", "cancel"), "ids": (record.pk,), "seconds": seconds, "countdown": True}
        toasts.keep(request, toasts.Toast(words, **undo) if seconds else toasts.Toast(_("Email queued")))  # type: ignore[arg-type]
        return requests.redirect(request, "/co409080/")

    def delete(self, request: HttpRequest, record: Any) -> Outcome:
        """First Delete; a second one is permanent."""
        outcome = commands.delete(request, [record.pk])
        return Outcome(outcome.message, level=outcome.level, redirect="/co409080/")

    def commands(self, request: HttpRequest, record: Any | None) -> Toolbar:
        """Actions, as the email's state allows them."""
        if record is None:
            return ()
        items: list[Any] = [*commands.ANSWERS]
        if record.status == Status.PENDING and record.direction == Direction.OUTGOING:
            items.append(CANCEL)
        if record.status in {Status.PENDING, Status.FAILED}:
            items.append(PROCESS)
        if record.status == Status.DELETED:
            items.append(commands.RESTORE)
        if record.archived:
            items.append(commands.UNARCHIVE)
        elif record.status == Status.PROCESSED:
            items.append(commands.ARCHIVE)
        if record.direction == Direction.INCOMING:
            items += [SEPARATOR, commands.READ, commands.UNREAD]
        if record.status in EDITABLE:
            return (Action("cancel", "", run=commands.cancel, hidden=True),)
        return (
            commands.DELETE,
            Menu(gettext_lazy("Actions"), items),
            Action("cancel", "", run=commands.cancel, hidden=True),
        )

    def show(
        self, request: HttpRequest, record: Any | None, form: forms.BaseForm | None = None, status: int = 200
    ) -> HttpResponse:
        """The form of a draft, or the email as it reads."""
        if record is None or record.status in EDITABLE:
            response = super().show(request, record, form, status)
            response._csp_update = {"style-src-attr": ["'unsafe-inline'"]}  # type: ignore[attr-defined]  # quoted mail is styled
            return response
        if requests.target(request) == "main":
            return requests.redirect(request, self.url_of(record))
        context = reading.context(request, record) | {
            "record": record,
            "record_title": tables.subject(record),
            "toolbar": shown(self.commands(request, record), request),
            "base_url": self.at("list"),
            "form_url": self.url_of(record),
        }
        return self.render(request, "cr306015/view.html", **context)

    def title(self, request: HttpRequest, record: Any) -> str:
        """The subject."""
        return tables.subject(record) if record is not None else ""


def undo_seconds(request: HttpRequest) -> int:
    """How long this person can take a sent email back."""
    rows = PersonSetting.objects.filter(user=requests.user_of(request), name="undo_seconds")
    chosen = rows.values_list("value", flat=True).first()
    return chosen if isinstance(chosen, int) and 0 <= chosen <= outbox.LONGEST_UNDO else DEFAULT_UNDO


urlpatterns = [
    path("<int:key>/body/", reading.body, name="body"),
    path("<int:key>/raw/", reading.raw, name="raw"),
    path("<int:key>/files/<int:attachment>/", reading.file, name="file"),
    path("<int:key>/inline/<path:content_id>", reading.inline, name="inline"),
    *EmailActivity.urls(),
]
