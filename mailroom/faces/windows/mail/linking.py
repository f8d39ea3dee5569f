"""Link to: the Related entity dialog of the email windows, and its Undo; the address that opens any linked record."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_htmx.http import trigger_client_event

from mailroom.base import clock
from mailroom.faces.windows.kit import registry, requests, toasts
from mailroom.faces.windows.kit.actions import Action, Outcome, Undo
from mailroom.faces.windows.kit.lookups import OPEN_TO_ALL
from mailroom.faces.windows.kit.registry import WRITERS, Window
from mailroom.faces.windows.kit.views import WindowView
from mailroom.faces.windows.relations import choices, prefill
from mailroom.faces.windows.relations.choices import EntityField
from mailroom.faces.windows.relations.prefill import Origin
from mailroom.records.activities import linking
from mailroom.records.crm import entities
from mailroom.records.crm.models import Case, CaseStatus
from mailroom.records.emails import links

SUGGESTED = 6


class RelatedEntityForm(forms.Form):
    """Type and Entity."""

    type = forms.ChoiceField(label=gettext_lazy("Type"))
    entity = EntityField(label=gettext_lazy("Entity"), required=True)

    def __init__(self, request: HttpRequest, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="link_%s")
        names = [(option.key, option.label) for option in entities.options()]
        self.fields["type"].choices = names  # type: ignore[attr-defined]
        asked = (data or initial or {}).get("type", "")
        chosen = asked if asked in dict(names) else "case"
        entity: Any = self.fields["entity"]
        entity.widget.lookup = f"entity-{chosen}"
        entity.see_as(requests.user_of(request))


class LinkTo(WindowView):
    """The dialog for the emails of `ids`; OK replaces their present link."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The dialog; after a change of Type only the field Entity."""
        self.check(request)
        origin = prefill.origin(request, request.GET.getlist("ids"))
        if not origin.emails:
            return self.answer(request, Outcome(_("Choose at least one row first."), level="bad"), self.window.url())
        form = RelatedEntityForm(request, initial=self.present(request, origin))
        return self.show(request, form, origin)

    def post(self, request: HttpRequest) -> HttpResponse:
        """OK, or one of the suggestions."""
        self.check(request)
        origin = prefill.origin(request, request.POST.getlist("ids"))
        form = RelatedEntityForm(request, request.POST)
        record = form.fields["entity"].record_of(request.POST.get("suggested"))  # type: ignore[attr-defined]
        if record is None:
            if not origin.emails or not form.is_valid():
                return self.show(request, form, origin, 422)
            record = form.cleaned_data["entity"]
        linked = linking.link(origin.ids, record, clock.now(), requests.user_of(request))
        words = ngettext("%(n)d email linked to %(name)s", "%(n)d emails linked to %(name)s", len(origin.ids))
        return self.done(request, linked.ids, words % {"n": len(origin.ids), "name": linked.description})

    def check(self, request: HttpRequest) -> None:
        """Only those who write may link."""
        if requests.user_of(request).role not in WRITERS:
            raise PermissionDenied

    def done(self, request: HttpRequest, ids: list[int], words: str) -> HttpResponse:
        """Close the dialog, refresh the list, and offer Undo."""
        outcome = Outcome(words, undo=Undo("take-back-link", tuple(ids)) if ids else None)
        back = requests.safe_next(request, self.window.url())
        if not requests.is_fragment(request):
            return self.answer(request, outcome, back)
        toast = self.toast_of(outcome)
        response = HttpResponse(toasts.out_of_band(request, toast) if toast else "")
        return trigger_client_event(response, "mailroom:saved", {"id": "", "text": words})

    def present(self, request: HttpRequest, origin: Origin) -> dict[str, Any]:
        """The type that was asked for; else that of the present link, with its entity."""
        names = {kind.key: option.key for option in entities.options() for kind in option.types}
        email = origin.emails[0]
        held = names.get(email.related_entity_type, "")
        asked = request.GET.get("type", "")
        same = held and asked in {"", held}
        entity = f"{email.related_entity_type}:{email.related_entity_id}" if same else ""
        return {"type": asked or held or "case", "entity": entity}

    def show(self, request: HttpRequest, form: RelatedEntityForm, origin: Origin, status: int = 200) -> HttpResponse:
        """The dialog, a page of its own without script, or the field Entity."""
        context: dict[str, Any] = {"form": form, "origin": origin, "dialog_url": self.window.url("link-to")}
        if requests.target(request) == "link-entity":
            return self.render(request, "mail/_link_entity.html", **context)
        context["suggestions"] = [(choices.written(one), choices.words(one)) for one in suggestions(origin)]
        whole = not requests.is_fragment(request)
        return self.render(request, "mail/link_to.html" if whole else "mail/_link_to.html", status, **context)


def suggestions(origin: Origin) -> list[Any]:
    """What the emails are likely about: open cases of the other party, the contact, account or lead."""
    known = origin.known()
    found: list[Any] = []
    cases = Case.objects.exclude(status=CaseStatus.CLOSED).order_by("-created_at", "-id")
    if known.contact is not None:
        found += cases.filter(contact=known.contact)[:3]
    elif known.business_account is not None:
        found += cases.filter(business_account=known.business_account)[:3]
    found += [one for one in (known.contact, known.business_account, known.lead) if one is not None]
    return found[:SUGGESTED]


def view_of(window: Window) -> Any:
    """The dialog's view for one of the email windows."""

    class OfWindow(LinkTo):
        """Its window decides who may come in and where Undo posts."""

    OfWindow.window = window
    return OfWindow.as_view()


def take_back(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Undo of Link to: each email gets the link back that it had before."""
    changed = links.take_back(ids, clock.now(), requests.user_of(request))
    return Outcome(ngettext("%(n)d link taken back", "%(n)d links taken back", len(changed)) % {"n": len(changed)})


def unlink(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Take emails off their record."""
    changed = linking.unlink(ids, clock.now(), requests.user_of(request))
    words = ngettext("%(n)d email unlinked", "%(n)d emails unlinked", len(changed)) % {"n": len(changed)}
    return Outcome(words, undo=Undo("take-back-link", tuple(changed)) if changed else None)


def actions_of(window_id: str) -> tuple[Action, ...]:
    """Link to and what belongs to it, for the Actions menu of an email window."""
    url = f"/{window_id.lower()}/link-to/"
    return (
        Action("link-to", gettext_lazy("Link to"), url=url, dialog=True, icon="link", keys="l", reader="icon"),
        Action("unlink", gettext_lazy("Remove link"), run=unlink, icon="x", keys="L"),
    )


TAKE_BACK = Action("take-back-link", "", run=take_back, hidden=True)


class OpenEntity(WindowView):
    """/entity/TYPE/ID/ goes to the window of the record, whatever its type."""

    window = OPEN_TO_ALL

    def get(self, request: HttpRequest, type_key: str, number: int) -> HttpResponse:
        """A redirect; 404 for a record that is gone or that the person may not see."""
        kind = entities.of_key(type_key)
        record = kind.find(requests.user_of(request), number) if kind is not None else None
        if kind is None or record is None or registry.WINDOWS.get(kind.window) is None:
            raise Http404
        return requests.redirect(request, f"/{kind.window.lower()}/{getattr(record, kind.number)}/")
