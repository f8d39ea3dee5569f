"""The canned texts a person may use, and one of them."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import include, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailroom.base import clock
from mailroom.faces.windows.cr306016_canned_texts.window import WINDOW
from mailroom.faces.windows.kit import cells, lookups, requests
from mailroom.faces.windows.kit.actions import Action, Confirm, Outcome
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, FilterTab, GridWindow
from mailroom.faces.windows.kit.layout import Layout
from mailroom.faces.windows.kit.lookups import Lookup, LookupField
from mailroom.faces.windows.kit.record import RecordWindow
from mailroom.records.conversations import canned
from mailroom.records.conversations.models import CannedText
from mailroom.records.organisation.models import User, Workgroup


def groups_of(user: User) -> QuerySet[Workgroup]:
    """The work groups whose texts a person may write."""
    rows = Workgroup.objects.filter(active=True)
    employee = getattr(user, "employee", None)
    return rows if user.role in canned.KEEPERS else rows.filter(members=employee) if employee else rows.none()


lookups.register(
    Lookup(
        "own-workgroups",
        gettext_lazy("Work group"),
        rows=lambda request: groups_of(requests.user_of(request)),
        columns=(("workgroup_id", gettext_lazy("Work group")), ("description", gettext_lazy("Description"))),
        search=("workgroup_id", "description"),
    )
)


def whose(text: CannedText) -> str:
    """Who may use the text, in words."""
    return _("Mine") if text.owner_id else str(text.workgroup or _("Everybody"))


def delete(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Delete for good, those that the person may change."""
    rows = canned.changeable_by(requests.user_of(request)).filter(pk__in=ids)
    count = rows.count()
    if count != len(ids):
        raise PermissionDenied
    CannedText.objects.filter(pk__in=ids).delete()
    return Outcome(ngettext("%(n)d text deleted", "%(n)d texts deleted", count) % {"n": count})


def ask(count: int) -> Confirm:
    """The question before it."""
    button = ngettext("Delete %(n)d text", "Delete %(n)d texts", count) % {"n": count}
    return Confirm(f"{button}?", _("Everybody who uses them loses them."), button)


class CannedTexts(GridWindow):
    """The list."""

    window = WINDOW
    columns = (
        Column("name", gettext_lazy("Name"), sort="name", link=True, place="subject"),
        Column("whose", gettext_lazy("Whose"), cell=whose, width=24, place="below"),
        Column("changed", gettext_lazy("Changed"), cell=cells.of("changed_at", cells.moment), width=16),
    )
    default_sort = "name"
    tabs = (
        FilterTab("all", gettext_lazy("All records")),
        FilterTab("mine", gettext_lazy("Mine"), lambda rows, request: rows.filter(owner=requests.user_of(request))),
    )
    toolbar = (
        Action(
            "add", gettext_lazy("Add"), url="/cr306016/text/new/", icon="plus", keys="Alt+n", style="icon", rows=False
        ),
        Action("delete", gettext_lazy("Delete"), run=delete, icon="trash", keys="Delete", style="icon", confirm=ask),
    )

    def records(self, request: HttpRequest) -> QuerySet[CannedText]:
        """What this person may use."""
        return canned.usable_by(requests.user_of(request))

    def search(self, rows: QuerySet[CannedText], text: str) -> QuerySet[CannedText]:
        """By the name."""
        return rows.filter(name__icontains=text)

    def row_url(self, row: CannedText, request: HttpRequest) -> str:
        """Its own address."""
        return f"/cr306016/text/{row.pk}/"

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """Before there is any."""
        return Empty(_("No canned texts"), _("Add one; while you write an email, type / to insert it."), "note")


class TextForm(forms.Form):
    """A canned text; `instance` is the one that is changed."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    whose = forms.ChoiceField(label=gettext_lazy("Whose"))
    workgroup = LookupField("own-workgroups", queryset=Workgroup.objects.all(), label=gettext_lazy("Work group"))
    body = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=canned.LONGEST,
        widget=forms.Textarea(attrs={"data-editor": "", "aria-label": gettext_lazy("Text"), "rows": 12}),
    )

    def __init__(
        self, *args: Any, instance: CannedText | None = None, request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        if instance is not None:
            kwargs["initial"] = {
                "name": instance.name,
                "whose": "mine" if instance.owner_id else "group" if instance.workgroup_id else "all",
                "workgroup": instance.workgroup_id,
                "body": instance.body,
            }
        super().__init__(*args, **kwargs)
        self.instance = instance
        choices = [("mine", _("Mine")), ("group", _("Work group"))]
        if request is not None:
            user = requests.user_of(request)
            choices += [("all", _("Everybody"))] if user.role in canned.KEEPERS else []
            self.fields["workgroup"].queryset = groups_of(user)  # type: ignore[attr-defined]
        self.fields["whose"].choices = choices  # type: ignore[attr-defined]
        places = ", ".join(f"(({place}))" for place in canned.PLACES)
        self.fields["body"].help_text = _("Filled in for each email: %s.") % places


class CannedTextRecord(RecordWindow):
    """One canned text."""

    window = WINDOW
    form_class = TextForm
    ordering = "name"
    close_to = "/cr306016/"
    page_template = "cr306016/record.html"
    layout = Layout(top=(("name",), ("whose", "workgroup")), after="cr306016/_body.html")
    enabled_when = {"workgroup": "whose=group"}

    def records(self, request: HttpRequest) -> QuerySet[CannedText]:
        """What this person may use."""
        return canned.usable_by(requests.user_of(request))

    def form(self, request: HttpRequest, record: Any | None, data: Any = None, files: Any = None) -> Any:
        """The form of a text."""
        return TextForm(data, files, instance=record, request=request)

    def may_write(self, request: HttpRequest) -> bool:
        """Writers, and for everybody's texts supervisors and administrators only."""
        key = (request.resolver_match.kwargs if request.resolver_match else {}).get("key", "new")
        if not super().may_write(request) or key == "new":
            return super().may_write(request)
        return canned.changeable_by(requests.user_of(request)).filter(pk=key).exists() if key.isdecimal() else True

    def save(self, request: HttpRequest, form: Any) -> CannedText:
        """Keep it, under the rules of the room."""
        data = form.cleaned_data
        group = data.get("workgroup") if data["whose"] == "group" else None
        if data["whose"] == "group" and group is None:
            form.add_error("workgroup", _("Choose a work group."))
            raise forms.ValidationError("")
        fields = canned.Fields(data["name"], data["body"], data["whose"] == "mine", group)
        try:
            return canned.save(form.instance, fields, requests.user_of(request), clock.now())
        except canned.Invalid as wrong:
            for name, words in wrong.errors.items():
                form.add_error(name, words)
            raise forms.ValidationError("") from wrong

    def delete(self, request: HttpRequest, record: Any) -> Outcome:
        """Delete for good."""
        record.delete()
        return Outcome(_("%(name)s deleted") % {"name": record}, redirect="/cr306016/")


urlpatterns = [*CannedTexts.urls(), path("text/", include(CannedTextRecord.urls(among="text")))]
