"""The list of assignment maps, and one map with its rules and what it would do with past mail (EP205000)."""

from typing import Any

from django import forms
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import include, path
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailroom.base import clock
from mailroom.faces.windows.ep205000_assignment_maps.rule import RuleRecord
from mailroom.faces.windows.ep205000_assignment_maps.window import WINDOW
from mailroom.faces.windows.kit import filters, requests
from mailroom.faces.windows.kit.actions import Action, Confirm, Outcome
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.grid import Empty, FilterTab, GridWindow
from mailroom.faces.windows.kit.layout import Layout, Tab
from mailroom.faces.windows.kit.record import RecordWindow
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.flows.incoming import assigning, maps
from mailroom.records.assignment import matching
from mailroom.records.assignment.models import AssignmentMap, AssignmentRule
from mailroom.records.filters import lines
from mailroom.records.organisation import people


def delete(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Delete for good; accounts that used them have no map then."""
    for row in AssignmentMap.objects.filter(pk__in=ids):
        row.delete()
    return Outcome(ngettext("%(n)d map deleted", "%(n)d maps deleted", len(ids)) % {"n": len(ids)})


def ask(count: int) -> Confirm:
    """The question before it."""
    button = ngettext("Delete %(n)d map", "Delete %(n)d maps", count) % {"n": count}
    return Confirm(f"{button}?", _("Accounts that use them assign by their default work group and owner."), button)


class AssignmentMaps(GridWindow):
    """The list."""

    window = WINDOW
    columns = (
        Column("map_id", gettext_lazy("Assignment map"), sort="map_id", width=24, link=True, place="from"),
        Column("description", gettext_lazy("Description"), sort="description", place="subject"),
        Column(
            "assigns",
            gettext_lazy("Assigns"),
            cell=lambda row: row.get_subject_display(),
            width=16,
            place="status",
            notable=lambda row: True,
        ),
        Column("rules", gettext_lazy("Rules"), cell=lambda row: str(row.rule_count), width=12, number=True),
    )
    default_sort = "map_id"
    tabs = (FilterTab("all", gettext_lazy("All records")),)
    toolbar = (
        Action(
            "add", gettext_lazy("Add"), url="/ep205000/map/new/", icon="plus", keys="Alt+n", style="icon", rows=False,
            roles=ADMINISTRATORS,
        ),
        Action(
            "delete", gettext_lazy("Delete"), run=delete, icon="trash", keys="Delete", style="icon", confirm=ask,
            roles=ADMINISTRATORS,
        ),
    )  # fmt: skip

    def records(self, request: HttpRequest) -> QuerySet[AssignmentMap]:
        """All of them: the window is open to administrators alone."""
        return AssignmentMap.objects.annotate(rule_count=Count("rules"))

    def search(self, rows: QuerySet[AssignmentMap], text: str) -> QuerySet[AssignmentMap]:
        """By the description."""
        return rows.filter(description__icontains=text)

    def row_url(self, row: AssignmentMap, request: HttpRequest) -> str:
        """Its own address."""
        return f"/ep205000/map/{row.pk}/"

    def empty(self, request: HttpRequest, tab: str) -> Empty:
        """Before there is any."""
        return Empty(_("No assignment maps"), _("A map gives emails or cases to people by rules."), "filter")


class MapForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """A map; what it assigns stays as it was made, for its rules ask for that."""

    class Meta:
        model = AssignmentMap
        fields = ("map_id", "description", "subject")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["subject"].disabled = True


class MapRecord(RecordWindow):
    """One map."""

    window = WINDOW
    form_class = MapForm
    ordering = "map_id"
    write_roles = ADMINISTRATORS
    close_to = "/ep205000/"
    layout = Layout(
        top=(("map_id", "description"), ("subject",)),
        tabs=(
            Tab("rules", gettext_lazy("Rules"), template="ep205000/_rules.html"),
            Tab("try", gettext_lazy("Try it on past mail"), template="ep205000/_try.html"),
        ),
    )

    def records(self, request: HttpRequest) -> QuerySet[AssignmentMap]:
        """All of them."""
        return AssignmentMap.objects.all()

    def context(self, request: HttpRequest, record: Any | None, form: forms.BaseForm) -> dict[str, Any]:
        """The rules in words, and what they would do with the newest mail."""
        if record is None:
            return {"rules": [], "tried": []}
        tried = maps.try_on(record, requests.user_of(request), clock.now())
        return {
            "rules": [shown(rule, record) for rule in matching.rules_of(record)],
            "tried": [_tried(one, record) for one in tried],
        }


def shown(rule: AssignmentRule, of_map: AssignmentMap) -> dict[str, Any]:
    """A rule as the list shows it."""
    owner: Any = rule.owner or assigning.PATHS.get(rule.owner_path, "")
    return {
        "rule": rule,
        "words": filters.sentence(lines.of(rule.conditions), assigning.properties_of(of_map)),
        "who": people.together(rule.workgroup, owner),
    }


def _tried(one: maps.Tried, of_map: AssignmentMap) -> dict[str, Any]:
    properties, rule = assigning.properties_of(of_map), one.given.rule
    why = format_html_join("; ", "{}", ((filters.words(line, properties),) for line in one.holding))
    where = f"/cr306000/{one.record.case_id}/" if of_map.subject == "case" else f"/cr306015/{one.record.pk}/"
    return {
        "words": one.record.subject or _("(No subject)"),
        "url": where,
        "sender": getattr(one.record, "from_address", "") or str(getattr(one.record, "business_account", "") or ""),
        "rule": assigning.rule_words(rule) if rule is not None else "",
        "why": why if rule is None or why else _("It has no conditions: it fits everything."),
        "who": str(one.given) or (_("Nobody who receives work now") if rule is not None else ""),
    }


urlpatterns = [
    *AssignmentMaps.urls(),
    path("map/", include(MapRecord.urls(among="map"))),
    path("rule/", include(RuleRecord.urls(among="rule"))),
]
