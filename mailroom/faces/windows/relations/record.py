"""A window of one record with Activities and Files, opened as a page or as a pop-up filled from emails."""

from typing import Any, ClassVar

from django import forms
from django.db import models, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailroom.base import clock
from mailroom.faces.windows.kit import record_posts, requests
from mailroom.faces.windows.kit.actions import Action, Menu, Outcome, Toolbar
from mailroom.faces.windows.kit.record import NEW, RecordWindow
from mailroom.faces.windows.kit.registry import MARKETERS, Words
from mailroom.faces.windows.kit.views import WindowView
from mailroom.faces.windows.relations import files, prefill
from mailroom.faces.windows.relations.prefill import Origin
from mailroom.flows.mailings import unsubscribe
from mailroom.mime import addresses
from mailroom.records.activities import attached, linking, saving, timeline
from mailroom.records.crm import entities
from mailroom.records.crm.models import Case
from mailroom.records.emails import answering, bounced, compose
from mailroom.records.emails.compose import DraftFields
from mailroom.records.preferences import current

SHOWN = {"": timeline.KINDS, "emails": ("email",), "tasks": ("task",), "events": ("event",), "comments": ("comment",)}


class RecordForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """A record's form; it carries the emails that become activities of the record when it is saved."""

    from_emails = forms.CharField(required=False, widget=forms.HiddenInput)


class ListedRecord(RecordWindow):
    """A record under its key, beside a list that has the window's own address."""

    @classmethod
    def urls(cls, among: str = "") -> list[URLPattern]:
        """New, the record, Delete and the record's commands."""
        return [
            path("new/", cls.as_view(), {"key": NEW}, name="new"),
            path("record/do/<slug:action>/", record_posts.doing(cls).as_view(), name="record-do"),
            path("<str:key>/", cls.as_view(), name="record"),
            path("<str:key>/delete/", record_posts.deleting(cls).as_view(), name="delete"),
        ]

    def at(self, name: str, *arguments: Any) -> str:
        """The commands of the record have an address beside those of the list."""
        return self.window.url("record-do" if name == "do" else name, *arguments)

    def context(self, request: HttpRequest, record: Any | None, form: forms.BaseForm) -> dict[str, Any]:
        """Where the record's commands are posted."""
        return {"do_base": f"{self.at('list')}record/"}

    def commands(self, request: HttpRequest, record: Any | None) -> Toolbar:
        """The window's own commands need a saved record."""
        return self.toolbar if record is not None else ()


class EntityWindow(ListedRecord):
    """One record of a type that emails can be linked to; `entity` is the key of the type."""

    entity: ClassVar[str]
    form_class: ClassVar[type[Any]]

    # ---- hooks

    def values_from(self, request: HttpRequest, origin: Origin) -> dict[str, Any]:
        """The first values of a record made from emails."""
        return {}

    def address_of(self, record: Any) -> str:
        """Whom *New email* writes to."""
        return str(getattr(record, "email", ""))

    # ---- what the kit asks

    def records(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Those this person may see."""
        return self.kind.rows(requests.user_of(request))

    @property
    def kind(self) -> entities.EntityType:
        """The type of its records."""
        found = entities.of_key(self.entity)
        assert found is not None  # noqa: S101  # a window names a type that is registered
        return found

    def initial(self, request: HttpRequest) -> dict[str, Any]:
        """From the emails that the address names, or from its query."""
        origin = self.origin(request)
        values = super().initial(request) | self.values_from(request, origin)
        return values | {"from_emails": ",".join(map(str, origin.ids))}

    def origin(self, request: HttpRequest) -> Origin:
        """The emails that a pop-up was opened for, or whose form comes back with errors."""
        if request.method == "POST":
            return prefill.origin(request, [one for one in request.POST.get("from_emails", "").split(",") if one])
        return prefill.origin(request, request.GET.getlist("ids") if "for" not in request.GET else [])

    def form(self, request: HttpRequest, record: Any | None, data: Any = None, uploads: Any = None) -> Any:
        """In a pop-up the fields have ids of their own: the page below may show a form of the same kind."""
        values: dict[str, Any] = {"instance": record}
        if record is None and data is None:
            values["initial"] = self.initial(request)
        if requests.target(request) == "dialog":
            values["auto_id"] = "dialog_%s"
        made = self.form_class(data, uploads, **values)
        made.request = request
        return made

    def save(self, request: HttpRequest, form: Any) -> Any:
        """Keep the record, its files, and its emails as activities, together or not at all."""
        ids = [one for one in form.cleaned_data.get("from_emails", "").split(",") if one]
        chosen = prefill.visible(request, ids)
        with transaction.atomic():
            record = saving.save(form.save(commit=False), clock.now(), requests.user_of(request))
            form.save_m2m()
            files.keep(request, record)
            linking.link(chosen, record, clock.now(), requests.user_of(request))
        return record

    def saved(self, request: HttpRequest, record: Any) -> Words:
        """Says where the emails went."""
        count = len([one for one in request.POST.get("from_emails", "").split(",") if one])
        if not count:
            return super().saved(request, record)
        words = ngettext(
            "Saved. %(n)d email is an activity of %(name)s", "Saved. %(n)d emails are activities of %(name)s", count
        )
        return words % {"n": count, "name": record}

    def delete(self, request: HttpRequest, record: Any) -> Outcome:
        """Delete the record; its emails stay and lose the link."""
        with transaction.atomic():
            linking.forget([record], clock.now(), requests.user_of(request))
            outcome = super().delete(request, record)
            if outcome.level == "bad":
                transaction.set_rollback(True)
        return outcome

    def context(self, request: HttpRequest, record: Any | None, form: forms.BaseForm) -> dict[str, Any]:
        """Activities, files, and what the pop-up takes over."""
        found = super().context(request, record, form) | {
            "files": attached.of(record),
            "offered": [] if record is not None else self.origin(request).files(),
            "titlebar_template": "relations/_titlebar.html" if record is not None else "",
            "open_tab": "",
            "bounce": bounced.of_address(address := str(getattr(record, "email", ""))),
            "unsubscribed": unsubscribe.of_address(address),
            "may_subscribe": requests.user_of(request).role in MARKETERS,
        }
        return found | (self.activities(request, record) if record is not None else {})

    def activities(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """A page of the time line."""
        shown = request.GET.get("show", "") if request.GET.get("show", "") in SHOWN else ""
        user = requests.user_of(request)
        page = timeline.of(linking.related(record), user, request.GET.get("older", ""), SHOWN[shown])
        return {
            "page": page,
            "shown": shown,
            "older": bool(request.GET.get("older")),
            "commented": isinstance(record, Case),
            "record_url": self.url_of(record),
        }

    def commands(self, request: HttpRequest, record: Any | None) -> Toolbar:
        """The window's own commands and Create, for a saved record."""
        if record is None:
            return ()
        return (*self.toolbar, self.create_menu(record))

    def create_menu(self, record: Any) -> Menu:
        """What can be created for this record."""
        query = f"?for={entities.of_record(record).key}"
        return Menu(
            gettext_lazy("Create"),
            (
                Action("new-email", gettext_lazy("Email"), run=self.new_email, icon="mail", keys="c"),
                Action(
                    "new-task", gettext_lazy("Task"), url=f"/cr306020/new/{query}", dialog=True, icon="task", keys="T"
                ),
                Action(
                    "new-event",
                    gettext_lazy("Event"),
                    url=f"/cr306030/new/{query}",
                    dialog=True,
                    icon="calendar",
                    keys="V",
                ),
            ),
        )

    def new_email(self, request: HttpRequest, ids: list[Any]) -> Outcome:
        """A draft to the record's contact that is an activity of the record."""
        record, user = self.records(request).get(pk=ids[0]), requests.user_of(request)
        account = current.default_account_for(user)
        if account is None:
            return Outcome(_("There is no email account to write from yet."), level="bad")
        target = linking.related(record)
        signature = answering.signature_of(user, "signature_new")
        draft = DraftFields(
            account=account,
            to=addresses.parse(self.address_of(record)),
            subject=self.subject_for(record),
            html=f"<p><br></p>{signature}" if signature else "",
            related=(target.type, target.id, target.description),
        )
        return Outcome(redirect=f"/cr306015/{compose.create(draft, clock.now(), user).pk}/")

    def subject_for(self, record: Any) -> str:
        """The subject that a new email begins with."""
        return ""

    @classmethod
    def urls(cls, among: str = "") -> list[URLPattern]:
        """With the time line and the files of the record."""
        return [
            *super().urls(among),
            path("<str:key>/activities/", beside(cls, "activities").as_view(), name="activities"),
            path("<str:key>/files/<int:number>/", beside(cls, "file").as_view(), name="file"),
        ]


def beside(window: type[EntityWindow], what: str) -> type[WindowView]:
    """The view of a record's time line alone, or of one of its files."""

    class Beside(window):  # type: ignore[valid-type, misc]
        http_method_names = ["get", "head"]

        def get(self, request: HttpRequest, key: str, number: int = 0) -> HttpResponseBase:
            record = self.find(request, key)
            if what == "file":
                return files.download(record, number)
            context = self.activities(request, record) | {"record": record, "view": self}
            return self.render(request, "relations/_timeline.html", **context)  # type: ignore[no-any-return]

    return Beside
