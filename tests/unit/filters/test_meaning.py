"""What the lines of a filter find, on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailroom.records.emails.models import Email, Status
from mailroom.records.emails.properties import EMAIL
from mailroom.records.filters import lines, meaning, saved
from mailroom.records.filters.lines import Line, Wrong
from mailroom.records.filters.meaning import When
from mailroom.records.filters.properties import CONDITIONS, Kind
from mailroom.records.organisation.models import Employee, User
from tests.factories import emails

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WHEN = When(NOW, ZoneInfo("Europe/Oslo"))
pytestmark = pytest.mark.django_db


def found(*rows: Line) -> set[str]:
    return set(Email.objects.filter(meaning.condition(rows, EMAIL, WHEN)).values_list("subject", flat=True))


@pytest.fixture
def world() -> None:
    owner = Employee.objects.create(employee_id="E1", name="Kari Nordmann")
    emails.make("Reminder one", sender=("", "kari@a.example"), owner=owner, files=["a"], error="no answer")
    emails.make("reminder two", age=timedelta(days=1), status=Status.FAILED, read=True)
    emails.make("Invoice", age=timedelta(days=8), direction="outgoing", account=emails.some_account("BILLING"))


EVERYTHING = {"Reminder one", "reminder two", "Invoice"}


@pytest.mark.parametrize(
    ("property_", "condition", "value", "value2", "expected"),
    [
        ("subject", "contains", "REMIND", "", {"Reminder one", "reminder two"}),
        ("subject", "does_not_contain", "remind", "", {"Invoice"}),
        ("subject", "starts_with", "inv", "", {"Invoice"}),
        ("subject", "ends_with", "ONE", "", {"Reminder one"}),
        ("subject", "equals", "invoice", "", {"Invoice"}),
        ("subject", "not_equal", "invoice", "", {"Reminder one", "reminder two"}),
        ("subject", "greater", "Reminder", "", {"Reminder one", "reminder two"}),
        ("subject", "at_least", "reminder two", "", {"reminder two"}),
        ("subject", "less", "K", "", {"Invoice"}),
        ("subject", "at_most", "Invoice", "", {"Invoice"}),
        ("subject", "between", "A", "S", {"Invoice", "Reminder one"}),
        ("owner", "empty", "", "", {"reminder two", "Invoice"}),
        ("owner", "not_empty", "", "", {"Reminder one"}),
        ("owner", "does_not_contain", "kari", "", {"reminder two", "Invoice"}),
        ("error", "empty", "", "", {"reminder two", "Invoice"}),
        ("status", "equals", "failed", "", {"reminder two"}),
        ("status", "not_equal", "failed", "", {"Reminder one", "Invoice"}),
        ("account", "equals", "billing", "", {"Invoice"}),
        ("read", "equals", "true", "", {"reminder two"}),
        ("attachments", "at_least", "1", "", {"Reminder one"}),
        ("attachments", "between", "0", "0,5", {"reminder two", "Invoice"}),
        ("date", "equals", "@Today", "", {"Reminder one"}),
        ("date", "not_equal", "2026-11-24", "", {"reminder two", "Invoice"}),
        ("date", "greater", "@Today-1", "", {"Reminder one"}),
        ("date", "at_least", "@Today-1", "", {"Reminder one", "reminder two"}),
        ("date", "less", "@WeekStart", "", {"Invoice"}),
        ("date", "at_most", "@Today-1", "", {"reminder two", "Invoice"}),
        ("date", "between", "@WeekStart", "@WeekEnd", {"Reminder one", "reminder two"}),
        ("start", "empty", "", "", EVERYTHING),
    ],
)
def test_a_condition_finds_what_it_says(
    world: None, property_: str, condition: str, value: str, value2: str, expected: set[str]
) -> None:
    assert found(Line(property_, condition, value, value2)) == expected


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (Line("colour", "equals", "x"), "There is no property “colour”"),
        (Line("subject", "resembles", "x"), "Subject has no condition “resembles”"),
        (Line("read", "contains", "x"), "Read has no condition “contains”"),
        (Line("subject", "contains"), "Choose a value for Subject"),
        (Line("date", "between", "2026-01-01"), "Fill in both values for Date"),
        (Line("date", "between", "2026-02-01", "2026-01-01"), "is before the first"),
        (Line("subject", "between", "b", "a"), "is before the first"),
        (Line("date", "equals", "next Tuesday"), "is no date"),
        (Line("date", "equals", "@Today+99999"), ""),
        (Line("date", "greater", "9999-12-31"), "calendar"),
        (Line("attachments", "equals", "many"), "is a number"),
        (Line("attachments", "equals", "1e400"), "is a number"),
        (Line("status", "equals", "lost"), "cannot be “lost”"),
        (Line("read", "equals", "perhaps"), "true or false"),
        (Line("subject", "contains", "x", opened=1), "left open"),
        (Line("subject", "contains", "x", closed=1), "closes none"),
    ],
)
def test_a_line_that_makes_no_sense_is_answered_in_words(line: Line, words: str) -> None:
    if not words:
        assert found(line) == set()
        return
    with pytest.raises(Wrong) as caught:
        meaning.condition([line], EMAIL, WHEN)
    assert words in caught.value.errors[0]


@pytest.mark.parametrize("text", ["{", "{}", "[1]", '"x"', "[" * 3000, "null"])
def test_json_that_is_no_filter_is_answered_in_words(text: str) -> None:
    with pytest.raises(Wrong, match="list of lines"):
        lines.read(text)


def test_more_lines_than_a_filter_has_are_refused() -> None:
    with pytest.raises(Wrong, match="at most"):
        lines.of([{"property": "subject"}] * 31)


def _evaluated(rows: list[Line], truth: dict[str, bool]) -> bool:
    """The same lines in Python's own words, whose "and" goes before "or" too."""
    words = []
    for number, line in enumerate(rows):
        words += ["(" * line.opened, str(truth[line.value]), ")" * line.closed]
        if number + 1 < len(rows):
            words.append(line.then)
    return bool(eval(" ".join(words)))


@st.composite
def expressions(draw: Any, depth: int = 0) -> list[Line]:
    count = draw(st.integers(1, 3))
    made: list[Line] = []
    for _part in range(count):
        then = draw(st.sampled_from(("and", "or")))
        if depth < 2 and draw(st.booleans()):
            inner = draw(expressions(depth + 1))
            first, last = inner[0], inner[-1]
            inner[0] = Line(
                first.property, first.condition, first.value, "", first.opened + 1, first.closed, first.then
            )
            last = inner[-1]
            inner[-1] = Line(last.property, last.condition, last.value, "", last.opened, last.closed + 1, then)
            made += inner
        else:
            made.append(Line("subject", "equals", draw(st.sampled_from(("a", "b", "c"))), then=then))
    return made


@given(rows=expressions())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_brackets_and_or_mean_what_they_mean_everywhere(letters: None, rows: list[Line]) -> None:
    expected = {subject for subject in "abc" if _evaluated(rows, {one: one == subject for one in "abc"})}
    assert found(*rows) == expected


@pytest.fixture
def letters() -> None:
    for subject in "abc":
        emails.make(subject, indexed=False)


@given(rows=expressions(), data=st.data())
def test_a_line_can_be_taken_out_of_any_brackets(rows: list[Line], data: st.DataObject) -> None:
    left = lines.without(rows, data.draw(st.integers(0, len(rows) - 1)))
    meaning.condition(left, EMAIL, WHEN)
    assert len(left) == len(rows) - 1


@given(rows=expressions())
def test_lines_are_the_same_after_writing_and_reading(rows: list[Line]) -> None:
    rows[-1] = Line("subject", "equals", rows[-1].value, "", rows[-1].opened, rows[-1].closed)
    assert list(lines.read(lines.write(rows))) == rows


def test_every_property_and_condition_is_a_query_that_runs(world: None) -> None:
    values = {Kind.TEXT: "a", Kind.DAY: "@Today", Kind.NUMBER: "1", Kind.FLAG: "true", Kind.CHOICE: ""}
    for one in EMAIL:
        for condition in CONDITIONS[one.kind]:
            value = str(one.choices[0][0]) if one.choices else values[one.kind]
            found(Line(one.key, condition, value, value))


def test_a_filter_is_seen_by_its_owner_and_when_shared_by_all(administrator: User, agent: User) -> None:
    row = [Line("subject", "contains", "x")]
    mine = saved.save(agent, "CO409080", "  Mine  ", row)
    shared = saved.save(administrator, "CO409080", "For all", row, shared=True)
    assert [one.name for one in saved.visible_to(agent, "CO409080")] == ["For all", "Mine"]
    assert list(saved.visible_to(administrator, "CO409080")) == [shared]
    assert list(saved.visible_to(agent, "CO409000")) == []
    assert saved.may_change(agent, mine)
    assert not saved.may_change(agent, shared)
    again = saved.save(agent, "CO409080", "Mine", [Line("subject", "contains", "y")])
    assert again.pk == mine.pk
    copy = saved.save(agent, "CO409080", "For all", row)
    assert copy.pk != shared.pk


@pytest.mark.parametrize(("name", "rows"), [("", [Line("subject", "empty")]), ("x" * 61, [Line("a", "b")]), ("x", [])])
def test_a_filter_without_name_or_lines_is_not_kept(agent: User, name: str, rows: list[Line]) -> None:
    with pytest.raises(Wrong):
        saved.save(agent, "CO409080", name, rows)
