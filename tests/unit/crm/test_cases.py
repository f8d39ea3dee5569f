"""Cases get numbers that go up, and their status, reason and closing time agree."""

from datetime import datetime

from mailroom.records.crm import cases, lookup, numbering
from mailroom.records.crm.models import BusinessAccount, Case, CaseReason, CaseStatus, Contact, Lead
from mailroom.records.organisation.models import User


def test_numbers_go_on_after_the_highest_in_use(db: None, now: datetime) -> None:
    Case.objects.create(case_id="C-001287", subject="Wrong shade", created_at=now)
    Case.objects.create(case_id="C-OLD", subject="From before", created_at=now)
    first, second = (cases.keep(Case(subject="New"), now) for _ in range(2))
    assert (first.case_id, second.case_id) == ("C-001288", "C-001289")
    Case.objects.create(case_id="C-001290", subject="Numbered by hand", created_at=now)
    assert numbering.following("C-", Case, "case_id") == "C-001291"


def test_a_case_is_taken_closed_and_opened_again(agent: User, now: datetime) -> None:
    case = cases.keep(Case(subject="Lamp flickers"), now)
    assert (case.status, case.reason) == (CaseStatus.NEW, CaseReason.UNASSIGNED)
    assert cases.take([case.pk], agent.employee) == 1
    case.refresh_from_db()
    assert (case.status, case.reason, case.owner) == (CaseStatus.OPEN, CaseReason.ASSIGNED, agent.employee)
    assert cases.close([case.pk], now) == [case.pk]
    assert cases.close([case.pk], now) == []
    case.refresh_from_db()
    assert (case.status, case.reason, case.closed_at) == (CaseStatus.CLOSED, CaseReason.RESOLVED, now)
    assert cases.take([case.pk], agent.employee) == 0
    assert cases.reopen([case.pk]) == [case.pk]
    case.refresh_from_db()
    assert (case.status, case.closed_at) == (CaseStatus.OPEN, None)


def test_an_address_is_known_by_contact_lead_and_account(db: None, now: datetime) -> None:
    account = BusinessAccount.objects.create(account_id="10388", name="Fjellbekk", email="office@fjellbekk.test")
    contact = Contact.objects.create(name="Ingrid", email="ingrid@fjellbekk.test", business_account=account)
    lead = Lead.objects.create(name="Eirik", email="eirik@gard.test", created_at=now)
    found = lookup.by_address("Ingrid@Fjellbekk.test")
    assert (found.contact, found.business_account, found.lead) == (contact, account, None)
    assert lookup.by_address("office@fjellbekk.test").business_account == account
    assert lookup.by_address("eirik@gard.test").lead == lead
    assert lookup.by_address("") == lookup.by_address("nobody@nowhere.test") == lookup.Known()
