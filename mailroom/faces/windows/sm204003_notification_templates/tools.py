"""Beside the editor of SM204003: the placeholders to insert, the preview with a real record, and the test email."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.faces import downloads
from mailroom.faces.windows.kit import lookups, registry, requests
from mailroom.faces.windows.kit.actions import Outcome
from mailroom.faces.windows.kit.lookups import Lookup, LookupField
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.faces.windows.kit.views import WindowView
from mailroom.faces.windows.mail import body
from mailroom.faces.windows.sm204003_notification_templates.window import WINDOW
from mailroom.flows.sending import from_template, outbox
from mailroom.mime import bodies
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.files import store
from mailroom.records.notifications import checking, files, language, render, sources
from mailroom.records.notifications.models import NotificationTemplate, TemplateFile
from mailroom.records.notifications.sources import Source, View
from mailroom.records.organisation.models.people import Role

# The read-only Window ID follows the window that is chosen.
WINDOW_ID = (
    '<input class="input" type="text" name="shown_window_id" id="id_shown_window_id" value="{}" disabled'
    ' hx-swap-oob="true">'
)
TEXTS = ("description", "to", "cc", "bcc", "subject", "locale", "body")


def register_lookup(source: Source) -> None:
    """Make the records of a window known to the lookup that chooses one for the preview."""

    def rows(request: HttpRequest) -> QuerySet[Any]:
        user = requests.user_of(request)
        found = source.rows(user)
        return found if Role(user.role) in ADMINISTRATORS else found.none()

    lookups.register(
        Lookup(
            key_of(source),
            gettext_lazy("Preview with"),
            rows,
            tuple((name, name.replace("_", " ").capitalize()) for name in source.search),
            source.search,
            text=source.text,
        )
    )


def key_of(source: Source) -> str:
    """The key of a source's lookup."""
    return f"preview-{source.window_id.lower()}"


def context_of(request: HttpRequest, window_id: str) -> dict[str, Any]:
    """The picker and the preview's record for a window."""
    source = sources.of_window(window_id)
    window = registry.WINDOWS.get(window_id)
    found: dict[str, Any] = {
        "source": source,
        "source_window": window.name if window is not None else "",
        "groups": _groups(source),
        "test_to": requests.user_of(request).email,
    }
    if source is not None:
        if key_of(source) not in lookups.LOOKUPS:
            register_lookup(source)
        newest = source.rows(requests.user_of(request)).order_by("-pk").first()
        field = LookupField(
            key_of(source), label=gettext_lazy("Preview with"), queryset=source.rows(requests.user_of(request))
        )
        field.widget.rows = field.row_of
        value = newest.pk if newest is not None else ""
        found["record_field"] = field.widget.render("preview_record", value, {"id": "id_preview_record"})
    return found


def _groups(source: Source | None) -> list[tuple[str, list[tuple[str, Any, str]]]]:
    """What can be inserted: name, label, and the text that is put in; views as a table row that repeats."""
    common = [(place.name, place.label, f"(({place.name}))") for place in sources.COMMON]
    if source is None:
        return [("", common)]
    own = [(place.name, place.label, f"(({place.name}))") for place in source.places]
    views = [(view.name, view.label, _table(view)) for view in source.views]
    return [("", own), *([(_("Repeated lines"), views)] if views else []), (_("Everywhere"), common)]


def _table(view: View) -> str:
    heads = format_html_join("", "<th>{}</th>", ((place.label,) for place in view.places))
    cells = format_html_join("", "<td>(({}))</td>", ((place.name,) for place in view.places))
    row = '<table><tbody><tr>{}</tr></tbody><tbody data-foreach-view="{}"><tr>{}</tr></tbody></table>'
    return format_html(row, heads, view.name, cells)


def as_it_stands(request: HttpRequest) -> NotificationTemplate:
    """The template that the form now shows, not saved."""
    given = {name: request.POST.get(name, "").replace("\x00", "") for name in TEXTS}
    template = NotificationTemplate(**given, window_id=request.POST.get("window", "")[:16])
    template.body = bodies.sanitise_html(language.with_tables(template.body[: bodies.LARGEST_HTML]))
    number = request.POST.get("from_account", "")
    if number.isdecimal() and len(number) < 18:
        template.from_account = EmailAccount.objects.filter(pk=int(number)).first()
    return template


def chosen_record(request: HttpRequest, source: Source | None) -> Any | None:
    """The record that the preview is made with; None when none is chosen or the person may not see it."""
    number = request.POST.get("preview_record", "")
    if source is None or not number.isdecimal() or len(number) > 18:
        return None
    return source.rows(requests.user_of(request)).filter(pk=int(number)).first()


def keep_files(request: HttpRequest, template: NotificationTemplate) -> None:
    """What the form says of files: those to remove, and new ones. Raises files.NotTaken."""
    files.remove(template, requests.ids_of(request.POST.getlist("remove_file")) or [])
    for upload in request.FILES.getlist("new_files"):
        files.add(template, upload.name or "", upload.read(files.LARGEST + 1))


class File(WindowView):
    """A file of a template, always as a download."""

    window = WINDOW
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, key: int, number: int) -> HttpResponseBase:
        """The bytes; 404 for one that is not there."""
        row = TemplateFile.objects.select_related("file").filter(template=key, pk=number).first()
        if row is None:
            raise Http404
        return downloads.attachment(bytes(row.file.sha256), row.name)


class Picker(WindowView):
    """The placeholders of the window that was chosen, and a record of it."""

    window = WINDOW
    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """The fragment; `window` names the window."""
        window_id = request.GET.get("window", "")[:16]
        answer = self.render(request, "sm204003/_picker.html", **context_of(request, window_id))
        answer.write(format_html(WINDOW_ID, window_id))
        return answer


class Preview(WindowView):
    """The mail that the form as it stands makes of a record, with what is wrong in it."""

    window = WINDOW
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """The fragment."""
        template = as_it_stands(request)
        record = chosen_record(request, sources.of_window(template.window_id))
        context: dict[str, Any] = {
            "problems": checking.of_placeholders(template),
            "account": from_template.account_of(template),
        }
        try:
            mail = from_template.filled(template, record, clock.now())
            context |= {"mail": mail, "document": body.of_draft(mail.html)}
        except render.TooLong as error:
            context["fault"] = str(error)
        return self.render(request, "sm204003/_preview.html", **context)


class Test(WindowView):
    """Sends the form as it stands to one address."""

    window = WINDOW
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """A toast that says where it goes, or why not."""
        user = requests.user_of(request)
        if Role(user.role) not in ADMINISTRATORS:
            raise PermissionDenied
        template = as_it_stands(request)
        back = requests.safe_next(request, WINDOW.url())
        wrong = checking.of_placeholders(template)
        if wrong:
            return self.answer(request, Outcome(str(wrong[0]), level="bad"), back)
        to = request.POST.get("test_to", "")[:254]
        try:
            record = chosen_record(request, sources.of_window(template.window_id))
            email = from_template.send_test(template, record, to, user, clock.now())
        except outbox.NoRecipient:
            return self.answer(request, Outcome(_("Fill in the address that the test goes to."), level="bad"), back)
        except (outbox.BadAddress, from_template.NoAccount, render.TooLong, store.FileMissing) as error:
            return self.answer(request, Outcome(str(error), level="bad"), back)
        words = _("Test email to %(to)s is on its way") % {"to": to.strip()}
        return self.answer(request, Outcome(words, link_url=f"/cr306015/{email.pk}/", link_text=_("Open email")), back)
