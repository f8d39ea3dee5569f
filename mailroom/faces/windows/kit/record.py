"""A window of one record: form, tabs, standard toolbar, record buttons, 422 answers, pop-up window."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import ProtectedError, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django_htmx.http import push_url, trigger_client_event

from mailroom.faces.windows.kit import actions, conditions, editors, keyset, requests, seen, toasts
from mailroom.faces.windows.kit.actions import Confirm, Outcome, Toolbar, shown
from mailroom.faces.windows.kit.layout import Layout
from mailroom.faces.windows.kit.registry import WRITERS, Words
from mailroom.faces.windows.kit.views import WindowView
from mailroom.records.organisation.models.people import Role

NEW = "new"


class RecordWindow(WindowView, ABC):
    """A record window, declared by class attributes; see README.md."""

    form_class: ClassVar[type[Any]]
    layout: ClassVar[Layout] = Layout()
    enabled_when: ClassVar[Mapping[str, str]] = {}
    toolbar: ClassVar[Toolbar] = ()
    key_field: ClassVar[str] = "pk"
    ordering: ClassVar[str] = "pk"
    single: ClassVar[bool] = False
    can_add: ClassVar[bool] = True
    can_delete: ClassVar[bool] = True
    close_to: ClassVar[str] = ""
    write_roles: ClassVar[frozenset[Role]] = WRITERS
    page_template: ClassVar[str] = "kit/record_window.html"
    body_template: ClassVar[str] = "kit/_record_body.html"
    toolbar_end_template: ClassVar[str] = ""
    status_template: ClassVar[str] = ""
    among: ClassVar[str] = ""
    shared: ClassVar[bool] = True  # False where saves are told apart in another way, or only one person can save

    # ---- hooks

    @abstractmethod
    def records(self, request: HttpRequest) -> QuerySet[Any]:
        """All records that this person may see; a window must say so."""

    def single_record(self, request: HttpRequest) -> Any:
        """The one record of a `single` window."""
        return self.records(request).get()

    def initial(self, request: HttpRequest) -> dict[str, Any]:
        """The values of a new record; the address' query may give some."""
        return {name: value for name, value in request.GET.items() if name in self.form_class.base_fields}

    def form(self, request: HttpRequest, record: Any | None, data: Any = None, files: Any = None) -> Any:
        """The form for a record, or for a new one."""
        values: dict[str, Any] = {} if record is not None else {"initial": self.initial(request)}
        if issubclass(self.form_class, forms.BaseModelForm):
            values["instance"] = record
        return self.form_class(data, files, **values)

    def save(self, request: HttpRequest, form: Any) -> Any:
        """Keep a valid form; answers the record. `forms.ValidationError` becomes the form's own error."""
        return form.save()

    def saved(self, request: HttpRequest, record: Any) -> Words:
        """The words after Save."""
        return _("Saved")

    def delete_question(self, request: HttpRequest, record: Any) -> Confirm:
        """What Delete asks."""
        return Confirm(
            _("Delete %(name)s?") % {"name": record},
            _("It is removed for everyone."),
            _("Delete %(name)s") % {"name": record},
        )

    def delete(self, request: HttpRequest, record: Any) -> Outcome:
        """Delete the record; a record in use is refused with words."""
        name = str(record)
        try:
            record.delete()
        except ProtectedError:
            return Outcome(_("%(name)s is in use and cannot be deleted.") % {"name": name}, level="bad")
        return Outcome(_("%(name)s deleted") % {"name": name}, redirect=self.close_to or self.at("list"))

    def title(self, request: HttpRequest, record: Any) -> str:
        """The record's name in the title bar."""
        return str(record) if record is not None else ""

    def context(self, request: HttpRequest, record: Any | None, form: forms.BaseForm) -> dict[str, Any]:
        """What tab, aside and status templates need besides `record` and `form`."""
        return {}

    def layout_of(self, record: Any | None) -> Layout:
        """The form of a record, or of a new one (None)."""
        return self.layout

    def commands(self, request: HttpRequest, record: Any | None) -> Toolbar:
        """The window's own commands beside the standard toolbar."""
        return self.toolbar

    def guards(self, record: Any) -> Any:
        """The row that is locked while the record is saved: another's, where saving changes its neighbours too."""
        return record

    # ---- finding records

    def find(self, request: HttpRequest, key: str) -> Any:
        """The record with this key; 404 for none, or for one the person may not see."""
        try:
            return self.records(request).get(**{self.key_field: key})
        except (ObjectDoesNotExist, ValueError, ValidationError, OverflowError) as missing:
            raise Http404(key) from missing

    def url_of(self, record: Any) -> str:
        """The record's address."""
        if self.single:
            return self.at("list")
        return self.at("record", record.pk if self.key_field == "pk" else getattr(record, self.key_field))

    def neighbours(self, request: HttpRequest, record: Any | None) -> dict[str, str]:
        """The addresses of the first, previous, next and last record; empty where there is none."""
        order = keyset.Order.read(self.ordering)
        rows = self.records(request)
        at = keyset.cursor(record, order, 0) if record is not None else None
        first = keyset.ordered(rows, order).first()
        last = keyset.ordered(rows, order, reverse=True).first()
        before = keyset.ordered(keyset.beyond(rows, order, at, True), order, True).first() if at else last
        after = keyset.ordered(keyset.beyond(rows, order, at), order).first() if at else None
        found = {"first": first, "previous": before, "next": after, "last": last}
        return {name: self.url_of(row) if row is not None and row != record else "" for name, row in found.items()}

    def may_write(self, request: HttpRequest) -> bool:
        """Whether this person may save here."""
        return requests.user_of(request).role in self.write_roles

    # ---- answers

    def get(self, request: HttpRequest, key: str = "") -> HttpResponse:
        """The record's page; without a key the first record, or the form of a new one."""
        if self.single:
            return self.show(request, self.single_record(request))
        if key and key != NEW:
            return self.show(request, self.find(request, key))
        if key != NEW:
            first = keyset.ordered(self.records(request), keyset.Order.read(self.ordering)).first()
            if first is not None:
                return requests.redirect(request, self.url_of(first))
            if not self.can_add or not self.may_write(request):
                return self.render(request, "kit/record_none.html")
            return requests.redirect(request, self.at("new"))
        return self.show(request, None)

    def post(self, request: HttpRequest, key: str = "") -> HttpResponse:
        """Save: 303 or the fresh window when all is right, 422 with the form when not."""
        if not self.may_write(request) or (key == NEW and not self.can_add):
            raise PermissionDenied
        record = self.single_record(request) if self.single else None if key == NEW else self.find(request, key)
        form = self.form(request, record, request.POST, request.FILES)
        self.drop_disabled(form, request)
        status = 422
        try:
            if form.is_valid():
                return self.after_save(request, self.keep(request, record, form))
        except ValidationError as refused:
            form.add_error(None, refused)
        except seen.Stale as stale:
            words, status = _("Somebody saved this meanwhile: %(fields)s. What you entered still stands here."), 409
            form.add_error(None, words % {"fields": ", ".join(stale.fields)})
        # A ModelForm has written the refused values into its record: the page is built round a fresh one.
        fresh = None if record is None else self.again(request, record)
        return self.show(request, fresh, form, status=status)

    def keep(self, request: HttpRequest, record: Any | None, form: Any) -> Any:
        """Save a valid form. Raises seen.Stale when somebody else saved since the page was made."""
        posted = request.POST.get(seen.NAME, "")
        if record is None or not self.shared or not posted:
            return self.save(request, form)
        with transaction.atomic():
            guard = self.guards(record)
            type(guard)._default_manager.select_for_update().filter(pk=guard.pk).values_list("pk").first()
            seen.check(posted, form, self.form(request, self.again(request, record)))
            return self.save(request, form)

    def again(self, request: HttpRequest, record: Any) -> Any:
        """The record as it is stored; 404 when it is gone."""
        if self.single:
            return self.single_record(request)
        found = self.records(request).filter(pk=record.pk).first()
        if found is None:
            raise Http404
        return found

    def seen_by(self, request: HttpRequest, record: Any | None, form: Any, status: int) -> str:
        """What the page says that it showed; a refused form keeps what its own page said."""
        if record is None or not self.shared:
            return ""
        if form.is_bound and status != 409:
            return request.POST.get(seen.NAME, "")
        return seen.of(self.form(request, record) if form.is_bound else form)

    def drop_disabled(self, form: forms.BaseForm, request: HttpRequest) -> None:
        """Fields that are not enabled keep what is saved: the browser does not send them."""
        for name, condition in self.enabled_when.items():
            if name in form.fields and not conditions.holds(condition, lambda other: form.data.get(other, "")):
                del form.fields[name]

    def after_save(self, request: HttpRequest, record: Any) -> HttpResponse:
        """The saved record again, or the window that Save and close goes to; a pop-up tells its opener."""
        toast = toasts.Toast(self.saved(request, record))
        if requests.target(request) == "dialog":
            response = HttpResponse(toasts.out_of_band(request, toast))
            return trigger_client_event(response, "mailroom:saved", {"id": str(record.pk), "text": str(record)})
        if request.POST.get("close") or not requests.is_fragment(request):
            toasts.keep(request, toast)
            where = self.close_to or "/" if request.POST.get("close") else self.url_of(record)
            return requests.redirect(request, requests.safe_next(request, where) if "close" in request.POST else where)
        response = self.show(request, self.records(request).get(pk=record.pk))
        response.write(toasts.out_of_band(request, toast))
        return push_url(response, self.url_of(record))

    def show(
        self, request: HttpRequest, record: Any | None, form: forms.BaseForm | None = None, status: int = 200
    ) -> HttpResponse:
        """The window of a record: whole page, `main` fragment, or pop-up."""
        wanted = requests.target(request)
        form = form or self.form(request, record)
        has_editor = editors.prepare(form, request)
        writable = self.may_write(request)
        shown_values = self.seen_by(request, record, form, status) if writable else ""
        if not writable:
            for field in form.fields.values():
                field.disabled = True
        context = self.context(request, record, form) | {
            "record": record,
            "form": form,
            "layout": self.layout_of(record),
            "view": self,
            "writable": writable,
            "seen": shown_values,
            "stale_record": status == 409 and self.shared,
            "enabled_when": self.enabled_when,
            "record_title": self.title(request, record),
            "toolbar": shown(self.commands(request, record), request),
            "neighbours": {} if self.single else self.neighbours(request, record),
            "form_url": self.url_of(record) if record is not None else self.at("new"),
            "base_url": self.at("list"),
            "delete_url": self.at("delete", getattr(record, self.key_field))
            if record is not None and self.can_delete and not self.single
            else "",
        }
        template = {"": self.page_template, "dialog": "kit/_record_dialog.html"}.get(wanted, "kit/_record.html")
        answer = self.render(request, template, status=status, **context)
        return editors.admit(answer) if has_editor else answer

    @classmethod
    def urls(cls, among: str = "") -> list[URLPattern]:
        """The addresses of the window; `among` sets their names apart where a list has the same id: "group-record"."""
        from mailroom.faces.windows.kit import record_posts

        cls.among = f"{among}-" if among else ""
        do = record_posts.doing(cls).as_view()
        if cls.single:
            return [
                path("", cls.as_view(), name=f"{cls.among}list"),
                path("do/<slug:action>/", do, name=f"{cls.among}do"),
            ]
        return [
            path("", cls.as_view(), name=f"{cls.among}list"),
            path("new/", cls.as_view(), {"key": NEW}, name=f"{cls.among}new"),
            path("do/<slug:action>/", do, name=f"{cls.among}do"),
            path("<str:key>/", cls.as_view(), name=f"{cls.among}record"),
            path("<str:key>/delete/", record_posts.deleting(cls).as_view(), name=f"{cls.among}delete"),
        ]

    def at(self, name: str, *arguments: Any) -> str:
        """The address of one of this record window's views."""
        return self.window.url(f"{self.among}{name}", *arguments)

    def undo_url(self, undo: actions.Undo) -> str:
        """Where Undo posts."""
        return self.at("do", undo.action)
