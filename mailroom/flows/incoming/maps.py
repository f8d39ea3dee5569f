"""Keeping assignment maps, and trying them on what came before: for the window, the API and the command line."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mailroom.flows.incoming import assigning, parties
from mailroom.flows.incoming.assigning import Given
from mailroom.records.assignment import matching
from mailroom.records.assignment.models import AssignmentMap, AssignmentRule, Subject
from mailroom.records.crm.models import Case
from mailroom.records.emails import queries
from mailroom.records.emails.models import Direction
from mailroom.records.filters import lines
from mailroom.records.filters.lines import Line, Wrong
from mailroom.records.organisation.models import Employee, User, Workgroup

MOST_RULES = 100
MOST_TRIED = 50


class Invalid(ValueError):
    """Values that no map may have; the text says which."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a map would do with one record: who gets it, and the conditions of the rule that hold for it."""

    record: Any
    given: Given
    holding: Sequence[Line] = ()


def try_on(assignment_map: AssignmentMap, user: User, now: datetime, most: int = MOST_TRIED) -> list[Tried]:
    """The map on the newest received emails, or cases, that a person may see; nothing is changed."""
    rows = _past(assignment_map, user)
    records = list(rows[: min(most, MOST_TRIED)])
    same: QuerySet[Any] = rows.model._default_manager.filter(pk__in=[record.pk for record in records])
    given = assigning.many(same, assignment_map, now)
    holding = _holding(assignment_map, same, given, now)
    return [Tried(record, given.get(record.pk, Given()), holding.get(record.pk, ())) for record in records]


def _past(assignment_map: AssignmentMap, user: User) -> QuerySet[Any]:
    if assignment_map.subject == Subject.CASE:
        return Case.objects.select_related("business_account").order_by("-pk")
    return queries.visible_to(user).filter(direction=Direction.INCOMING).order_by("-date", "-pk")


def _holding(
    assignment_map: AssignmentMap, rows: QuerySet[Any], given: Mapping[int, Given], now: datetime
) -> dict[int, list[Line]]:
    """Why each rule fits: one query for every rule that fits something."""
    told = parties.with_parties(rows) if assignment_map.subject == Subject.EMAIL else rows
    by_rule: dict[AssignmentRule, list[int]] = defaultdict(list)
    for pk, one in given.items():
        if one.rule is not None and one.rule.conditions:
            by_rule[one.rule].append(pk)
    found: dict[int, list[Line]] = {}
    for rule, ids in by_rule.items():
        properties = assigning.properties_of(assignment_map)
        found |= matching.true_lines(rule, told.filter(pk__in=ids), properties, assigning.day(now))
    return found


@transaction.atomic
def save_rule(rule: AssignmentRule, conditions: Sequence[Line], place: int, now: datetime) -> AssignmentRule:
    """Keep a rule at its place among the others, counted from 1. Raises Wrong for a condition, Invalid for the rest."""
    if rule.owner is not None and rule.owner_path:
        raise Invalid(_("Choose an owner or a path to one, not both."))
    if rule.owner is None and not rule.owner_path and rule.workgroup is None:
        raise Invalid(_("Choose an owner, a path to one, or a work group."))
    if rule.owner_path and rule.owner_path not in assigning.PATHS:
        raise Invalid(_("There is no path “%(path)s”.") % {"path": rule.owner_path})
    owner_map = AssignmentMap.objects.select_for_update().get(pk=rule.assignment_map_id)
    matching.check(conditions, assigning.properties_of(owner_map), assigning.day(now))
    others = list(owner_map.rules.exclude(pk=rule.pk))
    if len(others) >= MOST_RULES:
        raise Invalid(_("A map has at most %(n)d rules.") % {"n": MOST_RULES})
    rule.conditions = lines.plain(conditions)
    rule.position = max(1, min(place, len(others) + 1))
    rule.save()
    _renumber([*others[: rule.position - 1], rule, *others[rule.position - 1 :]])
    return rule


def close_gaps(assignment_map: AssignmentMap) -> None:
    """Number the rules from 1 again after one was deleted."""
    _renumber(list(assignment_map.rules.all()))


def _renumber(rules: Sequence[AssignmentRule]) -> None:
    for place, rule in enumerate(rules, 1):
        if rule.position != place:
            rule.position = place
            rule.save(update_fields=["position"])


@transaction.atomic
def replace_rules(assignment_map: AssignmentMap, wanted: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Make these the rules of a saved map, in their order; raises Invalid, and then nothing is changed."""
    assignment_map.rules.all().delete()
    for place, values in enumerate(wanted, 1):
        rule = AssignmentRule(
            assignment_map=assignment_map,
            name=str(values.get("name") or "")[:80],
            owner=_found(Employee, "employee_id", values.get("owner")),
            owner_path=str(values.get("owner_path") or ""),
            workgroup=_found(Workgroup, "workgroup_id", values.get("workgroup")),
        )
        try:
            save_rule(rule, lines.of(values.get("conditions") or []), place, now)
        except (Wrong, Invalid) as error:
            raise Invalid(_("Rule %(n)d: %(why)s") % {"n": place, "why": error}) from error


@transaction.atomic
def take(wanted: Sequence[Any], now: datetime) -> list[str]:
    """Create or replace maps by what `export` gave, all or none; their ids. Raises Invalid."""
    return [_take(values, now).map_id for values in wanted]


def _take(values: Any, now: datetime) -> AssignmentMap:
    map_id = str(values.get("map_id") or "").strip() if isinstance(values, Mapping) else ""
    if not map_id:
        raise Invalid(_("A map needs its map_id."))
    row = AssignmentMap.objects.filter(map_id__iexact=map_id).first() or AssignmentMap(map_id=map_id, subject="")
    subject = str(values.get("assigns") or row.subject or Subject.EMAIL)
    if row.pk and row.subject != subject:
        raise Invalid(_("%(map)s: what a map assigns cannot be changed.") % {"map": map_id})
    row.subject, row.description = subject, str(values.get("description") or "")
    rules = values.get("rules") or []
    if not isinstance(rules, list) or not all(isinstance(one, Mapping) for one in rules):
        raise Invalid(_("%(map)s: rules is a list of rules.") % {"map": map_id})
    try:
        row.full_clean()
        row.save()
        replace_rules(row, rules, now)
    except ValidationError as error:
        raise Invalid(f"{map_id}: {' '.join(error.messages)}") from error
    except Invalid as error:
        raise Invalid(f"{map_id}: {error}") from error
    return row


def _found(model: Any, key: str, value: Any) -> Any:
    if value in (None, ""):
        return None
    found = model._default_manager.filter(**{key: str(value)}).first()
    if found is None:
        raise Invalid(_("“%(value)s” was not found.") % {"value": value})
    return found


def export(assignment_map: AssignmentMap) -> dict[str, Any]:
    """A map by the names that the API takes."""
    rules = assignment_map.rules.select_related("owner", "workgroup")
    return {
        "map_id": assignment_map.map_id,
        "description": assignment_map.description,
        "assigns": assignment_map.subject,
        "rules": [
            {
                "name": rule.name,
                "conditions": rule.conditions,
                "owner": rule.owner.employee_id if rule.owner else None,
                "owner_path": rule.owner_path,
                "workgroup": rule.workgroup.workgroup_id if rule.workgroup else None,
            }
            for rule in rules
        ],
    }
