"""What is posted to a record window besides Save: its commands and Delete."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.translation import gettext as _

from mailroom.faces.windows.kit import actions, requests
from mailroom.faces.windows.kit.record import RecordWindow
from mailroom.faces.windows.kit.views import WindowView


def doing(window: type[RecordWindow]) -> type[WindowView]:
    """The view that runs the commands of `window` on the record whose `ids` the form carries."""

    class Do(window):  # type: ignore[valid-type, misc]
        http_method_names = ["post"]

        def post(self, request: HttpRequest, action: str) -> HttpResponse:
            ids = requests.ids_of(request.POST.getlist("ids"))
            records = list(self.records(request).filter(pk__in=ids or []))
            if ids is None or len(records) != len(ids):
                raise Http404
            back = self.url_of(records[0]) if records else self.at("list")
            toolbar = self.commands(request, records[0] if records else None)
            command = actions.find(toolbar, action)
            if command is not None and command.rows and not records:
                return HttpResponseBadRequest(_("Nothing says which record this is for: “ids” is missing."))
            if command is not None and command.disabled is not None and records:
                reason = command.disabled(request, records[0])
                if reason:
                    return self.answer(request, actions.Outcome(reason, level="bad"), back)  # type: ignore[no-any-return]
            return self.act(request, toolbar, action, ids, requests.safe_next(request, back))  # type: ignore[no-any-return]

    return Do


def deleting(window: type[RecordWindow]) -> type[WindowView]:
    """The view behind Delete: asks, then deletes."""

    class Delete(window):  # type: ignore[valid-type, misc]
        http_method_names = ["post"]

        def post(self, request: HttpRequest, key: str) -> HttpResponse:
            record = self.find(request, key)
            if not self.may_write(request) or not self.can_delete:
                raise PermissionDenied
            action = actions.Action("delete", "", confirm=lambda _count: self.delete_question(request, record))
            if request.POST.get("confirmed") != "1":
                return self.ask(request, action, [record.pk], self.url_of(record))  # type: ignore[no-any-return]
            return self.answer(request, self.delete(request, record), self.url_of(record))  # type: ignore[no-any-return]

    return Delete
