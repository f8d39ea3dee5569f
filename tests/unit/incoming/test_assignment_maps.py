"""Step 9: assignment maps, then the default work group and owner."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailroom.flows.incoming import assigning
from mailroom.records.activities import linking
from mailroom.records.assignment.models import AssignmentMap, Subject
from mailroom.records.crm.models import BusinessAccount, Case, Contact
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import Employee, User, Workgroup
from tests.factories import emails, incoming

STEP, DEFAULTS = "assignment_map", "assign_default"


@pytest.fixture
def kari(agent: User) -> Employee:
    found: Employee = agent.employee
    return found


@pytest.fixture
def per(db: None) -> Employee:
    return Employee.objects.create(employee_id="E3", name="Per")


@pytest.fixture
def support(per: Employee) -> Workgroup:
    group = Workgroup.objects.create(workgroup_id="SUPPORT", description="Support", default_owner=per)
    per.workgroups.add(group)
    return group


@pytest.fixture
def by_map(db: None) -> AssignmentMap:
    return AssignmentMap.objects.create(map_id="MAIL", description="Mail")


@pytest.fixture
def sales(by_map: AssignmentMap) -> EmailAccount:
    return incoming.system_account(email_assignment_map=by_map)


def line(name: str, condition: str, value: str = "", **rest: Any) -> dict[str, Any]:
    return {"property": name, "condition": condition, "value": value} | rest


def test_the_first_rule_that_fits_wins(
    sales: EmailAccount, by_map: AssignmentMap, now: datetime, kari: Employee, per: Employee
) -> None:
    by_map.rules.create(position=1, conditions=[line("subject", "contains", "invoice")], owner=per)
    by_map.rules.create(position=2, name="Prices", conditions=[line("subject", "contains", "price")], owner=kari)
    by_map.rules.create(position=3, conditions=[], owner=per)
    email, rest = incoming.process(sales, now, incoming.letter(), incoming.letter(subject="Hello"))
    assert (email.owner, rest.owner) == (kari, per)
    assert incoming.reason(email, STEP) == "did: Mail: rule 2 (Prices) fits. Assigned to Kari Nordmann."


OPERATORS = [
    ("subject", "equals", "price for 40 crates", "", True),
    ("subject", "equals", "price", "", False),
    ("subject", "not_equal", "price", "", True),
    ("subject", "contains", "40", "", True),
    ("subject", "does_not_contain", "40", "", False),
    ("contact", "does_not_contain", "anything", "", True),
    ("subject", "starts_with", "Price", "", True),
    ("subject", "ends_with", "crates", "", True),
    ("subject", "ends_with", "price", "", False),
    ("attachments", "equals", "0", "", True),
    ("attachments", "greater", "0", "", False),
    ("attachments", "at_least", "0", "", True),
    ("attachments", "less", "1", "", True),
    ("attachments", "at_most", "0", "", True),
    ("size", "between", "1", "9000", True),
    ("size", "between", "9000", "9001", False),
    ("cc", "empty", "", "", True),
    ("subject", "empty", "", "", False),
    ("from", "not_empty", "", "", True),
    ("business_account", "empty", "", "", True),
    ("kind", "equals", "none", "", True),
    ("body", "contains", "do they cost", "", True),
    ("date", "at_most", "@Today", "", True),
    ("account", "equals", "SALES", "", True),
]


@pytest.mark.parametrize(("name", "condition", "value", "value2", "fits"), OPERATORS)
def test_every_operator_means_what_it_says(
    sales: EmailAccount,
    by_map: AssignmentMap,
    now: datetime,
    kari: Employee,
    name: str,
    condition: str,
    value: str,
    value2: str,
    fits: bool,
) -> None:
    by_map.rules.create(position=1, conditions=[line(name, condition, value, value2=value2)], owner=kari)
    [email] = incoming.process(sales, now, incoming.letter())
    assert (email.owner == kari) is fits


def test_brackets_and_or_are_read_as_in_every_filter(
    sales: EmailAccount, by_map: AssignmentMap, now: datetime, kari: Employee
) -> None:
    conditions = [
        line("subject", "contains", "invoice", opened=1, then="or"),
        line("subject", "contains", "price", closed=1),
        line("from", "ends_with", "@example.org"),
    ]
    by_map.rules.create(position=1, conditions=conditions, owner=kari)
    ours, theirs = incoming.process(sales, now, incoming.letter(), incoming.letter("x@stranger.test"))
    assert (ours.owner, theirs.owner) == (kari, None)


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=25)
@given(truths=st.lists(st.booleans(), min_size=1, max_size=6))
def test_whichever_rules_fit_the_first_of_them_wins(truths: list[bool], db: None, now: datetime) -> None:
    chosen = AssignmentMap.objects.create(map_id=f"M{AssignmentMap.objects.count()}")
    for place, true in enumerate(truths):
        owner = Employee.objects.create(employee_id=f"{chosen.map_id}-{place}", name=str(place))
        value = "crates" if true else "boxes"
        chosen.rules.create(position=place, conditions=[line("subject", "contains", value)], owner=owner)
    email = emails.make("40 crates")
    given_to = assigning.of_email(email, chosen, now)
    assert str(given_to.owner or "") == (str(truths.index(True)) if True in truths else "")


@pytest.mark.parametrize("path", ["Account.Owner", "Contact.Owner"])
def test_a_path_leads_to_the_owner_of_the_senders_record(
    sales: EmailAccount, by_map: AssignmentMap, now: datetime, kari: Employee, per: Employee, path: str
) -> None:
    account = BusinessAccount.objects.create(account_id="10388", name="Fjellbekk", owner=kari)
    Contact.objects.create(name="Ola", email="ola@example.org", business_account=account, owner=per)
    by_map.rules.create(position=1, conditions=[line("account_name", "equals", "fjellbekk")], owner_path=path)
    [email] = incoming.process(sales, now, incoming.letter())
    assert email.owner == (kari if path == "Account.Owner" else per)


def test_the_related_entity_goes_before_the_address(
    sales: EmailAccount, by_map: AssignmentMap, now: datetime, kari: Employee, per: Employee
) -> None:
    near = BusinessAccount.objects.create(account_id="1", name="Near", owner=kari)
    Contact.objects.create(
        name="Ola", email="ola@example.org", business_account=BusinessAccount.objects.create(account_id="2", owner=per)
    )
    case = Case.objects.create(case_id="C-000001", subject="x", business_account=near, created_at=now)
    by_map.rules.create(position=1, owner_path="Account.Owner")
    [email] = incoming.receive(sales, now, incoming.letter())
    linking.link([email.pk], case, now, None)
    incoming.pipeline.process_account(sales.pk, now)
    email.refresh_from_db()
    assert email.owner == kari


def test_inactive_people_never_receive_work(
    sales: EmailAccount, by_map: AssignmentMap, now: datetime, kari: Employee, support: Workgroup, agent: User
) -> None:
    agent.is_active = False
    agent.save()
    rule = by_map.rules.create(position=1, owner=kari)
    [email] = incoming.process(sales, now, incoming.letter())
    assert email.owner is None
    assert "names nobody" in incoming.reason(email, STEP)
    rule.workgroup = support
    rule.save()
    [email] = incoming.process(sales, now, incoming.letter())
    assert (email.owner, email.workgroup) == (support.default_owner, support)


def test_a_work_groups_default_owner_gets_its_work(
    sales: EmailAccount, by_map: AssignmentMap, now: datetime, support: Workgroup, per: Employee
) -> None:
    by_map.rules.create(position=1, workgroup=support)
    [email] = incoming.process(sales, now, incoming.letter())
    assert (email.owner, email.workgroup) == (per, support)
    support.active = False
    support.save()
    [email] = incoming.process(sales, now, incoming.letter())
    assert (email.owner, email.workgroup) == (None, None)


def test_what_no_rule_fits_goes_to_the_default_of_the_account(
    sales: EmailAccount, by_map: AssignmentMap, now: datetime, kari: Employee, support: Workgroup
) -> None:
    by_map.rules.create(position=1, conditions=[line("subject", "contains", "invoice")], owner=kari)
    sales.default_work_group, sales.default_owner = support, support.default_owner
    sales.save()
    [email] = incoming.process(sales, now, incoming.letter())
    assert (email.owner, email.workgroup) == (support.default_owner, support)
    assert incoming.reason(email, STEP) == "skipped: No rule of Mail fits it."
    assert incoming.reason(email, DEFAULTS) == "did: Assigned to Support, Per."


def test_a_default_owner_from_outside_the_work_group_gets_nothing(
    now: datetime, kari: Employee, support: Workgroup
) -> None:
    sales = incoming.system_account()
    sales.default_work_group, sales.default_owner = support, kari
    sales.save()
    [email] = incoming.process(sales, now, incoming.letter())
    assert (email.owner, email.workgroup) == (support.default_owner, support)


def test_a_rule_that_makes_no_sense_any_more_stops_nothing(
    sales: EmailAccount, by_map: AssignmentMap, now: datetime, kari: Employee
) -> None:
    by_map.rules.create(position=1, conditions=[line("weather", "equals", "rain")], owner=kari)
    by_map.rules.create(position=2, owner=kari)
    [email] = incoming.process(sales, now, incoming.letter())
    assert "rule 2" in incoming.reason(email, STEP)


def test_a_map_for_cases_assigns_no_mail(sales: EmailAccount, by_map: AssignmentMap, now: datetime) -> None:
    by_map.subject = Subject.CASE
    by_map.save()
    [email] = incoming.process(sales, now, incoming.letter())
    assert email.status == "processed"
    assert email.owner is None


def test_a_map_is_asked_for_many_mails_in_as_many_queries_as_for_one(
    by_map: AssignmentMap, now: datetime, kari: Employee
) -> None:
    account = BusinessAccount.objects.create(account_id="10388", name="Fjellbekk", owner=kari)
    for number in range(30):
        emails.make(f"{number}", sender=("", f"a{number}@x.test"))
        Contact.objects.create(name="A", email=f"a{number}@x.test", business_account=account)
    by_map.rules.create(position=1, owner_path="Account.Owner")
    with CaptureQueriesContext(connection) as few:
        assert len(assigning.many(Email.objects.filter(subject="3"), by_map, now)) == 1
    with CaptureQueriesContext(connection) as lots:
        found = assigning.many(Email.objects.all(), by_map, now)
    assert {one.owner for one in found.values()} == {kari}
    assert len(lots) == len(few)
