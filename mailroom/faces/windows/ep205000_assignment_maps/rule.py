"""One rule of an assignment map: its conditions as the lines of a filter, and who gets what they fit."""

from collections.abc import Iterator
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
from mailroom.faces.windows.kit.lookups import LookupField
from mailroom.faces.windows.kit.record import RecordWindow
from mailroom.faces.windows.kit.registry import ADMINISTRATORS
from mailroom.faces.windows.mail import choices  # noqa: F401 registers the lookups used here
from mailroom.flows.incoming import assigning, maps
from mailroom.records.assignment.models import AssignmentMap, AssignmentRule, Subject
from mailroom.records.filters import lines
from mailroom.records.filters.lines import Line, Wrong
from mailroom.records.filters.properties import CONDITIONS, Property, find
from mailroom.records.organisation.models import Employee, Workgroup

EMPTY_ROWS = 3
PARTS = ("opened", "property", "condition", "value", "value2", "closed", "then")
BRACKETS = [(str(n), "") if not n else (str(n), "(" * n) for n in range(lines.MOST_BRACKETS + 1)]
CLOSING = [(number, marks.replace("(", ")")) for number, marks in BRACKETS]
WORDS = {str(key): label for by_kind in CONDITIONS.values() for key, label in by_kind.items()}


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    """A rule; a line without a property is left out."""

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.properties = _properties(self)
        saved = lines.of(self.instance.conditions or [])
        sent = sum(1 for number in range(lines.MOST_LINES) if f"line{number}_property" in self.data)
        self.count = min(lines.MOST_LINES, max(len(saved) + EMPTY_ROWS, sent))
        for number in range(self.count):
            line = saved[number] if number < len(saved) else Line("", "")
            for part, field in _line_fields(line, self.properties).items():
                self.fields[f"line{number}_{part}"] = field

    @property
    def rows(self) -> Iterator[tuple[forms.BoundField, ...]]:
        """The lines as the page shows them."""
        for number in range(self.count):
            yield tuple(self[f"line{number}_{part}"] for part in PARTS)

    def conditions(self) -> list[tuple[int, Line]]:
        """The lines that were filled in, with the numbers of their rows."""
        found = []
        for number in range(self.count):
            given = {part: self.cleaned_data.get(f"line{number}_{part}") or "" for part in PARTS}
            if given["property"]:
                known = find(self.properties, given["property"])
                given["value"] = _key_of(given["value"], known)
                given |= {"opened": int(given["opened"] or 0), "closed": int(given["closed"] or 0)}
                found.append((number, lines.of([given])[0]))
        return found


def _properties(form: RuleForm) -> Any:
    """What the rules of this map can ask for."""
    given = form.data.get("assignment_map") or form.initial.get("assignment_map") or ""
    found = AssignmentMap.objects.filter(pk=given).first() if str(given).isdecimal() and len(str(given)) < 19 else None
    return assigning.PROPERTIES[Subject(found.subject) if found is not None else Subject.EMAIL]


def _line_fields(line: Line, properties: Any) -> dict[str, forms.Field]:
    names = [("", "—"), *((one.key, one.label) for one in properties)]
    known = find(properties, line.property)
    value = known.words(line.value) if known is not None else line.value

    def choice(label: Any, options: Any, chosen: Any) -> forms.Field:
        return forms.ChoiceField(label=label, required=False, choices=options, initial=chosen)

    def text(label: Any, given: str) -> forms.Field:
        return forms.CharField(label=label, required=False, max_length=lines.LONGEST_VALUE, initial=given)

    return {
        "opened": choice(_("Opening brackets"), BRACKETS, str(line.opened)),
        "property": choice(_("Property"), names, line.property),
        "condition": choice(_("Condition"), list(WORDS.items()), line.condition),
        "value": text(_("Value"), value),
        "value2": text(_("Value 2"), line.value2),
        "closed": choice(_("Closing brackets"), CLOSING, str(line.closed)),
        "then": choice(_("And or or"), [("and", _("And")), ("or", _("Or"))], line.then),
    }


def _key_of(value: str, known: Property | None) -> str:
    """A choice may be typed by its words."""
    options = known.choices if known is not None else ()
    by_words = {str(words).casefold(): str(key) for key, words in options}
    return by_words.get(value.casefold(), value)


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
            for number, words in wrong.errors.items():
                row = rows[number][0] if 0 <= number < len(rows) else 0
                form.add_error(f"line{row}_value", words)
            raise forms.ValidationError(_("A condition makes no sense.")) from wrong
        except maps.Invalid as refused:
            raise forms.ValidationError(str(refused)) from refused

    def delete(self, request: HttpRequest, record: Any) -> Outcome:
        """Delete it; those after it move up."""
        of_map = record.assignment_map
        record.delete()
        maps.close_gaps(of_map)
        return Outcome(_("Rule deleted"), redirect=f"/ep205000/map/{of_map.pk}/")
