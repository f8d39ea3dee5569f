"""What the lines of a filter mean: one condition for the database, with "and" before "or" and brackets before both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from mailroom.base import relative_dates
from mailroom.records.filters.lines import Line, Wrong
from mailroom.records.filters.properties import WITHOUT_VALUE, Condition, Kind, Property, find

LARGEST_NUMBER = Decimal(2) ** 62
YES, NO = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})


@dataclass(frozen=True, slots=True)
class When:
    """The person's day: relative dates and days are meant in it."""

    now: datetime
    zone: tzinfo

    @property
    def today(self) -> date:
        """The date on the person's calendar."""
        return self.now.astimezone(self.zone).date()

    def start(self, day: date) -> datetime:
        """The first moment of a day."""
        return datetime.combine(day, time.min, self.zone)


def condition(lines: Sequence[Line], properties: Sequence[Property], when: When) -> Q:
    """The lines as one condition; raises Wrong with a sentence for each line that makes no sense."""
    errors: dict[int, str] = {}
    meant: list[Q] = []
    for number, line in enumerate(lines):
        try:
            meant.append(_of_line(line, properties, when))
        except ValueError as error:
            errors[number] = str(error)
    depth = 0
    for number, line in enumerate(lines):
        depth += line.opened - line.closed
        if depth < 0:
            errors.setdefault(number, _("This bracket closes none. Open one before it, or take it away."))
            depth = 0
    if depth:
        errors.setdefault(len(lines) - 1, _("A bracket is left open. Close it, or take it away."))
    if errors:
        raise Wrong(errors)
    return _Reader(lines, meant).any_of() if lines else Q()


class _Reader:
    """Reads lines from the left: any_of := all_of {or all_of}, all_of := one {and one}, one := line | ( any_of )."""

    def __init__(self, lines: Sequence[Line], meant: Sequence[Q]) -> None:
        self.lines, self.meant = lines, meant
        self.place = 0
        self.opened = lines[0].opened
        self.closed = 0

    def any_of(self) -> Q:
        found = self._all_of()
        while self._joins("or"):
            self._next()
            found |= self._all_of()
        return found

    def _all_of(self) -> Q:
        found = self._one()
        while self._joins("and"):
            self._next()
            found &= self._one()
        return found

    def _one(self) -> Q:
        if self.opened:
            self.opened -= 1
            found = self.any_of()
            self.closed -= 1
            return found
        self.closed = self.lines[self.place].closed
        return self.meant[self.place]

    def _joins(self, word: str) -> bool:
        more = self.place + 1 < len(self.lines)
        return more and self.closed == 0 and self.lines[self.place].then == word

    def _next(self) -> None:
        self.place += 1
        self.opened = self.lines[self.place].opened


def _of_line(line: Line, properties: Sequence[Property], when: When) -> Q:
    """The condition of a line; ValueError with a sentence for a person."""
    known = find(properties, line.property)
    if known is None:
        names = ", ".join(one.key for one in properties)
        raise ValueError(
            _("There is no property “%(key)s”. There are: %(names)s.") % {"key": line.property, "names": names}
        )
    if line.condition not in known.conditions:
        names = ", ".join(known.conditions)
        words = {"key": line.condition, "name": known.label, "names": names}
        raise ValueError(_("%(name)s has no condition “%(key)s”. It has: %(names)s.") % words)
    how = Condition(line.condition)
    if how in WITHOUT_VALUE:
        return _empty(known) if how == Condition.EMPTY else ~_empty(known)
    if not line.value:
        raise ValueError(_("Choose a value for %(name)s, or remove the line.") % {"name": known.label})
    if how == Condition.BETWEEN and not line.value2:
        raise ValueError(_("Fill in both values for %(name)s.") % {"name": known.label})
    return READERS[known.kind](known, how, line, when)


def _empty(known: Property) -> Q:
    null = Q(**{f"{known.field}__isnull": True})
    return null | Q(**{known.field: ""}) if known.kind in {Kind.TEXT, Kind.CHOICE} and not known.choices else null


TEXT_LOOKUPS = {
    Condition.CONTAINS: "icontains",
    Condition.LACKS: "icontains",
    Condition.STARTS: "istartswith",
    Condition.ENDS: "iendswith",
    Condition.EQUALS: "iexact",
    Condition.DIFFERS: "iexact",
}
ORDER_LOOKUPS = {Condition.GREATER: "gt", Condition.AT_LEAST: "gte", Condition.LESS: "lt", Condition.AT_MOST: "lte"}


def _text(known: Property, how: Condition, line: Line, _when: When) -> Q:
    if how in TEXT_LOOKUPS:
        return _signed(how, Q(**{f"{known.field}__{TEXT_LOOKUPS[how]}": line.value}))
    return _ordered(known, how, line.value, line.value2)


def _choice(known: Property, how: Condition, line: Line, _when: When) -> Q:
    if known.choices and line.value not in dict(known.choices):
        raise ValueError(_("%(name)s cannot be “%(value)s”.") % {"name": known.label, "value": line.value})
    return _signed(how, Q(**{known.field: line.value}))


def _flag(known: Property, _how: Condition, line: Line, _when: When) -> Q:
    if line.value.lower() not in YES | NO:
        raise ValueError(_("%(name)s is true or false.") % {"name": known.label})
    return Q(**{known.field: line.value.lower() in YES})


def _number(known: Property, how: Condition, line: Line, _when: When) -> Q:
    first, second = _as_number(known, line.value), _as_number(known, line.value2 or line.value)
    if how in {Condition.EQUALS, Condition.DIFFERS}:
        return _signed(how, Q(**{known.field: first}))
    return _ordered(known, how, first, second)


def _as_number(known: Property, text: str) -> Decimal:
    try:
        number = Decimal(text.replace(" ", "").replace(",", "."))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > LARGEST_NUMBER:
        raise ValueError(_("%(name)s is a number; “%(value)s” is none.") % {"name": known.label, "value": text})
    return number


def _day(known: Property, how: Condition, line: Line, when: When) -> Q:
    first = relative_dates.resolve(line.value, when.today)
    last = relative_dates.resolve(line.value2, when.today) if how == Condition.BETWEEN else first
    if last < first:
        raise ValueError(_("The second value of %(name)s is before the first.") % {"name": known.label})
    try:
        start, end = when.start(first), when.start(last + timedelta(days=1))
    except OverflowError:
        raise ValueError(_("%(name)s lies outside the calendar.") % {"name": known.label}) from None
    below, from_ = Q(**{f"{known.field}__lt": start}), Q(**{f"{known.field}__gte": start})
    until, after = Q(**{f"{known.field}__lt": end}), Q(**{f"{known.field}__gte": end})
    return {
        Condition.EQUALS: from_ & until,
        Condition.BETWEEN: from_ & until,
        Condition.DIFFERS: below | after | Q(**{f"{known.field}__isnull": True}),
        Condition.GREATER: after,
        Condition.AT_LEAST: from_,
        Condition.LESS: below,
        Condition.AT_MOST: until,
    }[how]


def _signed(how: Condition, found: Q) -> Q:
    return ~found if how in {Condition.DIFFERS, Condition.LACKS} else found


def _ordered(known: Property, how: Condition, first: Any, second: Any) -> Q:
    if how == Condition.BETWEEN:
        if second < first:
            raise ValueError(_("The second value of %(name)s is before the first.") % {"name": known.label})
        return Q(**{f"{known.field}__gte": first, f"{known.field}__lte": second})
    return Q(**{f"{known.field}__{ORDER_LOOKUPS[how]}": first})


READERS: dict[Kind, Callable[[Property, Condition, Line, When], Q]] = {
    Kind.TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.FLAG: _flag,
    Kind.NUMBER: _number,
    Kind.DAY: _day,
}
