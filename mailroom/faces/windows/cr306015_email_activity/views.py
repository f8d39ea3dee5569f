"""Email activity (CR306015): writing a draft, and any email in a window of its own."""

from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import trigger_client_event

from mailroom.base import clock
from mailroom.faces.windows.cr306015_email_activity import drafting, inserting, looking, sending
from mailroom.faces.windows.cr306015_email_activity.addresses import AddressStates
from mailroom.faces.windows.cr306015_email_activity.forms import DraftForm
from mailroom.faces.windows.cr306015_email_activity.window import WINDOW
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.actions import SEPARATOR, Action, Confirm, Menu, Outcome, Toolbar, shown
from mailroom.faces.windows.kit.layout import Layout
from mailroom.faces.windows.kit.record import NEW, RecordWindow
from mailroom.faces.windows.mail import (
    commands,
    creating,
    held_back,
    linking,
    reading,
    routes,
    tables,
    together,
)
from mailroom.flows.incoming import pipeline
from mailroom.flows.sending import send
from mailroom.records.emails import answering, checks, compose
from mailroom.records.emails.models import Direction, Email, Status
from mailroom.records.emails.models.content import Outcome as Outcomes
from mailroom.records.preferences import current

EDITABLE = {Status.DRAFT, Status.CANCELED}


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


def delete(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Delete; an email that is gone for good leaves no page behind, so the list is shown."""
    outcome = commands.delete(request, ids)
    return outcome if Email.objects.filter(pk__in=ids).exists() else replace(outcome, redirect="/co409080/")


DELETE = replace(commands.DELETE, run=delete)
CANCEL = Action("cancel", gettext_lazy("Cancel sending"), run=commands.cancel, icon="stop", keys="S")
HIDDEN = (
    commands.DISCARD,
    Action("cancel", "", run=commands.cancel, hidden=True),
    Action("undo-send", "", run=sending.undo_send, hidden=True),
)
PROCESS = Action("process", gettext_lazy("Process"), run=process, icon="play", keys="p")
ORIGINAL = "/cr306015/%d/raw/"


class EmailActivity(RecordWindow):
    """A draft as a form; any other email as it reads."""

    window = WINDOW
    form_class = DraftForm
    layout = Layout(top=(("account", "to", "cc", "bcc", "subject"),), after="cr306015/_editor.html")
    page_template = "cr306015/write.html"
    body_template = "cr306015/_write.html"
    ordering = "-date"
    close_to = "/co409080/"
    can_add = True
    shared = False  # drafts have versions

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
        given = {name: request.GET[name][:2000] for name in ("to", "cc", "bcc", "subject") if name in request.GET}
        return {"account": account.pk if account else None, "body": answering.opening(user)} | given

    def post(self, request: HttpRequest, key: str = "") -> HttpResponse:
        """Save or send. A new page that was saved before posts into its own draft; an older version is asked about."""
        known = drafting.by_key(request) if key == NEW else None
        try:
            return super().post(request, str(known.pk) if known is not None else key)
        except compose.Stale as stale:
            record = self.find(request, str(known.pk) if known is not None else key)
            form = self.form(request, record, request.POST, request.FILES)
            request.stale = drafting.stale_facts(stale)  # type: ignore[attr-defined]  # shown by the banner
            return self.show(request, record, form, status=409)

    def save(self, request: HttpRequest, form: Any) -> Email:
        """Keep the draft and the files that a browser without script sends along."""
        try:
            email = drafting.keep(request, form, form.instance)
            for number in requests.ids_of(request.POST.getlist("detach")) or []:
                compose.detach(email, number)
            for file in request.FILES.getlist("files"):
                drafting.add(email, file)
        except drafting.REFUSALS as error:
            raise ValidationError(str(error)) from error
        return Email.objects.select_related("account", "content").get(pk=email.pk)

    def after_save(self, request: HttpRequest, record: Any) -> HttpResponse:
        """After Send: what was found first, else back to My sent emails, with the seconds that Undo is left."""
        if request.POST.get("send"):
            sending.start_of(request, clock.now())
            found = [*together.answered_meanwhile(record), *checks.of_draft(record)]
            if found:
                return self.ask_anyway(request, record, found)
        elif not request.POST.get("send_anyway"):
            return super().after_save(request, record)
        sending.send(request, record)
        return requests.redirect(request, requests.safe_next(request, "/co409080/"))

    def ask_anyway(self, request: HttpRequest, record: Any, found: list[checks.Finding]) -> HttpResponse:
        """One dialog that lists what was found; the draft is saved already."""
        if not record.recipients.exists():
            raise ValidationError(gettext_lazy("The email has no recipient. Fill in To, Cc or Bcc."))
        context = {"record": record, "findings": found, "wanted": request.POST["send"]}
        if not requests.is_fragment(request):
            request.findings = context  # type: ignore[attr-defined]  # shown above the form
            return self.show(request, record, self.form(request, record))
        response = self.render(request, "cr306015/_checks.html", **context)
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#dialog", "innerHTML"
        return trigger_client_event(response, "mailroom:draft", drafting.saved_facts(record))

    def context(self, request: HttpRequest, record: Any | None, form: forms.BaseForm) -> dict[str, Any]:
        """What the writing page needs besides the form."""
        user = requests.user_of(request)
        return {
            "draft_key": request.POST.get("draft_key") or drafting.new_key(),
            "stale": getattr(request, "stale", None),
            "findings": getattr(request, "findings", None),
            "choices": sending.choices(clock.now(), user.zone),
            "zone": user.time_zone,
            "templates": inserting.templates(),
            "most_bytes": compose.LARGEST_FILES,
            "status_cell": tables.status_cell(record) if record is not None else "",
        }

    def delete_question(self, request: HttpRequest, record: Any) -> Confirm:
        """The question of the lists: an email can be restored."""
        return commands.ask_delete(1)

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
        if record.direction == Direction.OUTGOING and record.status in {Status.PROCESSED, Status.FAILED}:
            items.append(commands.AGAIN)
            if any(row.outcome == Outcomes.REFUSED for row in record.recipients.all()):
                items.append(commands.TO_REST)
            if any(row.outcome == Outcomes.IN_DOUBT for row in record.recipients.all()):
                items.append(commands.DELIVERED)
        if record.status == Status.DELETED:
            items.append(commands.RESTORE)
        if record.archived:
            items.append(commands.UNARCHIVE)
        elif record.status == Status.PROCESSED:
            items.append(commands.ARCHIVE)
        if record.direction == Direction.INCOMING:
            items += [SEPARATOR, commands.READ, commands.UNREAD, *held_back.commands(record)]
        items += [SEPARATOR, *linking.actions_of("CO409000"), *reading.TOGETHER]
        if record.status in EDITABLE:
            return HIDDEN
        return (DELETE, Menu(gettext_lazy("Actions"), items), creating.menu(), linking.TAKE_BACK, *HIDDEN)

    def show(
        self, request: HttpRequest, record: Any | None, form: forms.BaseForm | None = None, status: int = 200
    ) -> HttpResponse:
        """The form of a draft, or the email as it reads."""
        if record is None or record.status in EDITABLE:
            return super().show(request, record, form, status)
        if requests.target(request) == "main":
            return requests.redirect(request, self.url_of(record))
        context = reading.context(request, record) | {
            "record": record,
            "record_title": tables.subject(record),
            "toolbar": shown(self.commands(request, record), request),
            "base_url": self.at("list"),
            "form_url": self.url_of(record),
            "titlebar_template": "cr306015/_files_link.html",
            "may_add_files": record.direction == Direction.OUTGOING and record.status == Status.PENDING,
        }
        fragment = requests.target(request) == "reader"
        return self.render(request, "cr306015/_view.html" if fragment else "cr306015/view.html", **context)

    def answer(self, request: HttpRequest, outcome: Outcome, back: str) -> HttpResponse:
        """After a command this window is fetched anew: another state has other commands. A reading pane stays."""
        page = requests.asking_page(request)
        in_a_pane = bool(page) and not page.startswith(self.at("list"))
        if not (in_a_pane or outcome.redirect or outcome.dialog or outcome.job):
            outcome = replace(outcome, redirect=back)
        return super().answer(request, outcome, back)

    def title(self, request: HttpRequest, record: Any) -> str:
        """The subject."""
        return tables.subject(record) if record is not None else ""


urlpatterns = [
    path("addresses/", AddressStates.as_view(), name="addresses"),
    path("texts/", inserting.Texts.as_view(), name="texts"),
    path("texts/<slug:kind>/<int:number>/", inserting.Text.as_view(), name="text"),
    path("new/draft/", drafting.SaveDraft.as_view(), name="new-draft"),
    path("<int:key>/draft/", drafting.SaveDraft.as_view(), name="draft"),
    path("<int:key>/files/", drafting.Files.as_view(), name="upload"),
    path("<int:key>/files/from-mail/", drafting.FromMail.as_view(), name="from-mail"),
    path("<int:key>/files/<int:attachment>/remove/", drafting.Files.as_view(), name="remove-file"),
    path("<int:key>/preview/", looking.Preview.as_view(), name="preview"),
    path("<int:key>/preview/<slug:way>/", looking.PreviewBody.as_view(), name="preview-body"),
    *routes.urlpatterns,
    *EmailActivity.urls(),
]
