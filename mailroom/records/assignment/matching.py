"""Which rule of a map fits a record: the first in their order, told by the database for many records at once."""

from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, Case, IntegerField, Q, QuerySet, Value, When

from mailroom.records.assignment.models import AssignmentMap, AssignmentRule
from mailroom.records.filters import lines, meaning
from mailroom.records.filters.lines import Line, Wrong
from mailroom.records.filters.meaning import When as Moment
from mailroom.records.filters.properties import Property

EVERYTHING = Q(pk__isnull=False)


def rules_of(assignment_map: AssignmentMap) -> list[AssignmentRule]:
    """The rules in their order, with whom they name."""
    related = ("owner__user", "workgroup__default_owner__user")
    return list(assignment_map.rules.select_related(*related).order_by("position", "pk"))


def first_of(
    rules: Sequence[AssignmentRule], rows: QuerySet[Any], properties: Sequence[Property], moment: Moment
) -> dict[int, AssignmentRule]:
    """The first rule that fits each row, in one query; rows that none fits are left out, and so are broken rules."""
    whens = []
    for place, rule in enumerate(rules):
        try:
            meant = meaning.condition(lines.of(rule.conditions), properties, moment)
        except Wrong:
            continue
        whens.append(When(meant or EVERYTHING, then=Value(place)))
    if not whens:
        return {}
    fitting = rows.annotate(fitting=Case(*whens, output_field=IntegerField())).exclude(fitting=None)
    return {pk: rules[place] for pk, place in fitting.values_list("pk", "fitting")}


def true_lines(
    rule: AssignmentRule, rows: QuerySet[Any], properties: Sequence[Property], moment: Moment
) -> dict[int, list[Line]]:
    """For each row the lines of a rule that hold for it: why it fits, each without brackets. One query."""
    every = [Line(one.property, one.condition, one.value, one.value2) for one in lines.of(rule.conditions)]
    holds = {}
    for place, line in enumerate(every):
        meant = meaning.condition([line], properties, moment)
        holds[f"holds_{place}"] = Case(When(meant, then=Value(True)), default=Value(False), output_field=BooleanField())
    found = rows.annotate(**holds).values_list("pk", *holds)
    return {pk: [line for line, true in zip(every, truths, strict=True) if true] for pk, *truths in found}


def check(conditions: Sequence[Line], properties: Sequence[Property], moment: Moment) -> None:
    """Raise Wrong with a sentence for each line that makes no sense."""
    meaning.condition(conditions, properties, moment)
