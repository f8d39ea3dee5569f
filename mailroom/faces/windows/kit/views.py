"""The base of every window's views: signed in, role allowed, page or fragment."""

from typing import Any, ClassVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views import View
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from mailroom.faces.windows.kit import requests, toasts
from mailroom.faces.windows.kit.actions import Action, Outcome, Toolbar, Undo, flat
from mailroom.faces.windows.kit.registry import Window


class WindowView(View):
    """A view of one window; subclasses name the `window`."""

    window: ClassVar[Window]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Sign-in first, then the role, then the method."""
        if "\x00" in request.path:
            raise Http404  # no record is called so, and PostgreSQL takes no such text
        requests.without_null_characters(request)
        if not request.user.is_authenticated:
            if requests.is_fragment(request):
                return HttpResponseClientRedirect(f"/login/?next={request.path}")
            return redirect_to_login(request.get_full_path())
        if not self.window.open_to(requests.user_of(request)):
            raise PermissionDenied(f"{self.window.name} ({self.window.id})")
        answer = super().dispatch(request, *args, **kwargs)
        return requests.no_store(answer) if isinstance(answer, HttpResponse) else answer

    def render(self, request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
        """A template with the window in its context."""
        context.setdefault("window", self.window)
        return render(request, template, context, status=status)

    def undo_url(self, undo: Undo) -> str:
        """Where Undo posts."""
        return self.window.url("do", undo.action)

    def toast_of(self, outcome: Outcome) -> toasts.Toast | None:
        """The toast for an outcome; None when it has no words."""
        if not outcome.message:
            return None
        undo = outcome.undo
        return toasts.Toast(
            outcome.message,
            outcome.level,
            self.undo_url(undo) if undo else "",
            undo.ids if undo else (),
            undo.seconds if undo else 10,
            outcome.link_url,
            outcome.link_text,
            outcome.countdown,
        )

    def answer(self, request: HttpRequest, outcome: Outcome, back: str) -> HttpResponse:
        """An action's answer: toasts and a refresh for htmx, a kept toast and a redirect for a plain request."""
        toast = self.toast_of(outcome)
        if outcome.redirect or not requests.is_fragment(request):
            if toast:
                toasts.keep(request, toast)
            return requests.redirect(request, outcome.redirect or outcome.dialog or back)
        body = toasts.out_of_band(request, toast) if toast else ""
        response = HttpResponse(body, headers={"HX-Reswap": "none"})
        if outcome.dialog:
            trigger_client_event(response, "mailroom:dialog", {"url": outcome.dialog})
        if outcome.job:
            trigger_client_event(response, "mailroom:job", {"url": f"/jobs/{outcome.job.pk}/"})
        return trigger_client_event(response, "mailroom:refresh", {})

    def act(self, request: HttpRequest, toolbar: Toolbar, key: str, ids: list[Any], back: str) -> HttpResponse:
        """Run one declared action on rows that the person may see, after its question where it has one."""
        action = next((one for one in flat(toolbar) if one.key == key and one.run is not None), None)
        if action is None or action.run is None:
            raise Http404(key)
        if not action.open_to(request):
            raise PermissionDenied(str(action.label))
        if action.confirm is not None and request.POST.get("confirmed") != "1":
            return self.ask(request, action, ids, back)
        return self.answer(request, action.run(request, ids), back)

    def ask(self, request: HttpRequest, action: Action, ids: list[Any], back: str) -> HttpResponse:
        """The question before an action, as a dialog or as a page of its own; 200 in both cases."""
        assert action.confirm is not None  # noqa: S101  # only called for actions that ask
        context: dict[str, Any] = {
            "confirm": action.confirm(len(ids)),
            "ids": [] if request.POST.get("everything") == "1" else ids,
            "everything": request.POST.get("everything", ""),
            "post_to": request.get_full_path(),
            "back": back,
        }
        if not requests.is_fragment(request):
            return self.render(request, "kit/confirm_page.html", **context)
        response = self.render(request, "kit/_confirm.html", **context)
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#dialog", "innerHTML"
        return response
