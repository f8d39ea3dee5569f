"""One rule of an assignment map: its conditions as the lines of a filter, and who gets what they fit."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.faces.windows.ep205000_assignment_maps.window import WINDOW
from mailroom.faces.windows.kit.actions import Outcome
from mailroom.faces.windows.kit.layout import Layout, Tab
from mailroom.faces.windows.kit.line_form import LineForm
from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.kit.record import RecordWindow
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.faces.windows.mail import choices  # noqa: F401 registers the lookups used here
from mailroom.flows.incoming import assigning, maps
from mailroom.records.assignment.models import AssignmentMap, AssignmentRule, Subject
from mailroom.records.filters.lines import Wrong
from mailroom.records.filters.properties import Property
from mailroom.records.organisation.models import Employee, Workgroup


class RuleForm(LineForm):
    """A rule."""

    assignment_map = forms.ModelChoiceField(AssignmentMap.objects.all(), widget=forms.HiddenInput)
    position = forms.IntegerField(label=gettext_lazy("Order"), min_value=1, max_value=maps.MOST_RULES, required=False)
    owner = LookupField("employees", label=gettext_lazy("Owner"), queryset=Employee.objects.all())
    owner_path = forms.ChoiceField(
        label=gettext_lazy("Owner by a path"), required=False, choices=[("", "—"), *assigning.PATHS.items()]
    )
    workgroup = LookupField("workgroups", label=gettext_lazy("Work group"), queryset=Workgroup.objects.all())

    class Meta:
        model = AssignmentRule
        fields = ("assignment_map", "name", "position", "owner", "owner_path", "workgroup")

    def properties_of(self) -> Sequence[Property]:
        """What the rules of this map can ask for."""
        given = self.data.get("assignment_map") or self.initial.get("assignment_map") or ""
        known = str(given).isdecimal() and len(str(given)) < 19
        found = AssignmentMap.objects.filter(pk=given).first() if known else None
        return assigning.PROPERTIES[Subject(found.subject) if found is not None else Subject.EMAIL]


class RuleRecord(RecordWindow):
    """One rule."""

    window = WINDOW
    form_class = RuleForm
    ordering = "position"
    write_roles = ADMINISTRATORS
    close_to = "/ep205000/"
    layout = Layout(
        top=(("name", "position", "assignment_map"), ("owner", "owner_path", "workgroup")),
        tabs=(Tab("conditions", gettext_lazy("Conditions"), template="ep205000/_conditions.html"),),
    )

    def records(self, request: HttpRequest) -> QuerySet[AssignmentRule]:
        """All of them."""
        return AssignmentRule.objects.select_related("assignment_map")

    def initial(self, request: HttpRequest) -> dict[str, Any]:
        """A new rule stands at the end of its map."""
        given = request.GET.get("assignment_map", "")
        if not given.isdecimal() or len(given) > 18:
            return {}
        return {
            "assignment_map": given,
            "position": AssignmentRule.objects.filter(assignment_map=int(given)).count() + 1,
        }

    def guards(self, record: Any) -> Any:
        """Its map: a rule that moves moves others."""
        return record.assignment_map

    def title(self, request: HttpRequest, record: Any) -> str:
        """Its place and name, after its map's."""
        return f"{record.assignment_map}: {assigning.rule_words(record)}" if record is not None else ""

    def save(self, request: HttpRequest, form: Any) -> AssignmentRule:
        """Keep it at its place; a condition that makes no sense is told at its line."""
        rows = form.conditions()
        place = form.cleaned_data.get("position") or maps.MOST_RULES
        try:
            return maps.save_rule(form.instance, [line for _number, line in rows], place, clock.now())
        except Wrong as wrong:
            form.tell(wrong)
            raise forms.ValidationError(_("A condition makes no sense.")) from wrong
        except maps.Invalid as refused:
            raise forms.ValidationError(str(refused)) from refused

    def delete(self, request: HttpRequest, record: Any) -> Outcome:
        """Delete it; those after it move up."""
        of_map = record.assignment_map
        record.delete()
        maps.close_gaps(of_map)
        return Outcome(_("Rule deleted"), redirect=f"/ep205000/map/{of_map.pk}/")
