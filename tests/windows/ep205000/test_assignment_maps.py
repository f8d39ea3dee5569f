"""EP205000 and its part of the API: maps and rules are kept, refused with words, and tried on past mail."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from mailroom.records.assignment.models import AssignmentMap, AssignmentRule
from mailroom.records.organisation.models import Employee, User, Workgroup
from tests.factories import incoming, relations

BACKEND = "django.contrib.auth.backends.ModelBackend"
API = "/api/v1/assignment-maps"
JSON = "application/json"


@pytest.fixture
def boss(client: Client, administrator: User) -> Client:
    client.force_login(administrator, BACKEND)
    return client


@pytest.fixture
def by_map(db: None) -> AssignmentMap:
    return AssignmentMap.objects.create(map_id="MAIL", description="Mail to sales")


def rule_values(by_map: AssignmentMap, *conditions: dict[str, str], **values: Any) -> dict[str, Any]:
    found = {"assignment_map": by_map.pk, "name": "", "position": 1, "owner": "", "owner_path": "", "workgroup": ""}
    for number, line in enumerate(conditions):
        for part in ("opened", "property", "condition", "value", "value2", "closed", "then"):
            found[f"line{number}_{part}"] = line.get(part, {"opened": "0", "closed": "0", "then": "and"}.get(part, ""))
    return found | values


PRICE = {"property": "subject", "condition": "contains", "value": "price"}


def test_a_map_is_made_and_listed(boss: Client) -> None:
    boss.post("/ep205000/map/new/", {"map_id": "CASES", "description": "Cases by class", "subject": "case"})
    assert AssignmentMap.objects.get().subject == "case"
    assert "Cases by class" in boss.get("/ep205000/").content.decode()


def test_a_rule_is_kept_in_words_at_its_place(boss: Client, by_map: AssignmentMap, agent: User) -> None:
    by_map.rules.create(position=1, name="Rest", owner=agent.employee)
    page = boss.get(f"/ep205000/rule/new/?assignment_map={by_map.pk}").content.decode()
    assert "Opening brackets, line 1" in page
    kind = {"property": "account_type", "condition": "equals", "value": "Customer"}
    boss.post("/ep205000/rule/new/", rule_values(by_map, PRICE, kind, name="Prices", owner=agent.employee.pk))
    assert [(rule.position, rule.name) for rule in by_map.rules.all()] == [(1, "Prices"), (2, "Rest")]
    assert by_map.rules.get(name="Prices").conditions[1]["value"] == "customer"
    shown = boss.get(f"/ep205000/map/{by_map.pk}/").content.decode()
    assert "Subject <b>contains</b> price" in shown
    assert "It has no conditions: it fits everything." in shown


@pytest.mark.parametrize(
    ("line", "values", "words"),
    [
        ({"property": "size", "condition": "equals", "value": "much"}, {"owner_path": "Account.Owner"}, "is a number"),
        ({**PRICE, "opened": "1"}, {"owner_path": "Account.Owner"}, "A bracket is left open"),
        (PRICE, {}, "Choose an owner, a path to one, or a work group."),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_words(
    boss: Client, by_map: AssignmentMap, line: dict[str, str], values: dict[str, str], words: str
) -> None:
    answer = boss.post("/ep205000/rule/new/", rule_values(by_map, line, **values))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not by_map.rules.exists()


def test_a_deleted_rule_leaves_no_gap(boss: Client, by_map: AssignmentMap, agent: User) -> None:
    first = by_map.rules.create(position=1, owner=agent.employee)
    by_map.rules.create(position=2, owner=agent.employee)
    boss.post(f"/ep205000/rule/{first.pk}/delete/", {"confirmed": "1"})
    assert [rule.position for rule in by_map.rules.all()] == [1]


def test_a_map_is_tried_on_past_mail(boss: Client, by_map: AssignmentMap, now: datetime, agent: User) -> None:
    by_map.rules.create(
        position=1,
        name="Prices",
        owner=agent.employee,
        conditions=[PRICE | {"then": "or"}, {"property": "from", "condition": "equals", "value": "x@y.test"}],
    )
    relations.mail(now)
    relations.mail(now, subject="Hello")
    page = boss.get(f"/ep205000/map/{by_map.pk}/").content.decode()
    assert "rule 1 (Prices)" in page
    assert "No rule fits" in page
    assert "Kari Nordmann" in page
    tried = boss.get(f"{API}/MAIL/try").json()
    assert [(one["subject"], one["rule"]) for one in tried] == [("Hello", None), ("Price for 40 crates", 1)]
    assert tried[1]["why"] == [PRICE]
    assert incoming.Email.objects.filter(owner=None).count() == 2


def test_the_window_and_its_api_are_for_administrators(client: Client, by_map: AssignmentMap, agent: User) -> None:
    client.force_login(agent, BACKEND)
    for address in ("/ep205000/", f"/ep205000/map/{by_map.pk}/", "/ep205000/rule/new/", API, f"{API}/MAIL"):
        assert client.get(address).status_code == 403
    assert client.post("/ep205000/do/delete/", {"ids": by_map.pk}).status_code == 403


def test_deleting_answers_the_five_questions(boss: Client, by_map: AssignmentMap) -> None:
    assert boss.get("/ep205000/do/delete/").status_code == 405
    assert boss.post("/ep205000/do/delete/", {"ids": 999999}).status_code == 404
    boss.post("/ep205000/do/delete/", {"ids": by_map.pk, "confirmed": "1"})
    assert not AssignmentMap.objects.exists()


def test_the_api_keeps_a_whole_map(boss: Client, agent: User) -> None:
    group = Workgroup.objects.create(workgroup_id="SUPPORT")
    rules = [
        {"name": "Prices", "conditions": [PRICE], "owner": "E2"},
        {"conditions": [], "owner_path": "Account.Owner", "workgroup": group.workgroup_id},
    ]
    made = boss.post(API, {"map_id": "MAIL", "rules": rules}, content_type=JSON)
    assert made.status_code == 201
    assert made.json()["rules"][0] == {"name": "Prices", "conditions": [PRICE], "owner": "E2"} | {
        "owner_path": "",
        "workgroup": None,
    }
    assert boss.put(f"{API}/MAIL", {"map_id": "MAIL", "rules": rules[:1]}, content_type=JSON).status_code == 200
    assert AssignmentRule.objects.count() == 1
    wrong = {"map_id": "MAIL", "rules": [{"conditions": [{"property": "weather"}], "owner": "E2"}]}
    refused = boss.put(f"{API}/MAIL", wrong, content_type=JSON)
    assert (refused.status_code, AssignmentRule.objects.count()) == (422, 1)
    assert "Rule 1: There is no property" in refused.content.decode()
    assert boss.delete(f"{API}/MAIL").status_code == 204
    assert boss.get(f"{API}/MAIL").status_code == 404


def test_a_map_cannot_take_the_name_of_another_over_the_api(boss: Client, by_map: AssignmentMap) -> None:
    assert boss.post(API, {"map_id": "OTHER"}, content_type=JSON).status_code == 201
    refused = boss.put(f"{API}/OTHER", {"map_id": by_map.map_id}, content_type=JSON)
    assert (refused.status_code, "already" in refused.content.decode()) == (422, True)
    assert boss.post(API, {"map_id": by_map.map_id}, content_type=JSON).status_code == 422


def test_a_rule_may_lose_its_owner_without_harm(boss: Client, by_map: AssignmentMap) -> None:
    per = Employee.objects.create(employee_id="E3", name="Per")
    by_map.rules.create(position=1, owner=per)
    per.delete()
    assert boss.get(f"/ep205000/map/{by_map.pk}/").status_code == 200
