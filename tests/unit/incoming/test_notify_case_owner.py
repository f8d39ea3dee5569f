"""Step 8: the owner of a case is told of mail that came for it."""

from datetime import datetime

import pytest

from mailroom.flows.incoming import pipeline
from mailroom.records.crm.models import Case, Contact
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.notifications import standard
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation.models import User
from tests.factories import incoming

STEP = "notify_case_owner"


@pytest.fixture
def support(db: None) -> EmailAccount:
    standard.install()
    return incoming.system_account("SUPPORT")


@pytest.fixture
def case(db: None, agent: User, now: datetime) -> Case:
    agent.employee.route_emails = False
    agent.employee.save()
    contact = Contact.objects.create(name="Ola", email="ola@example.org")
    return Case.objects.create(
        case_id="C-000124", subject="Crates", status="open", contact=contact, owner=agent.employee, created_at=now
    )


def notices() -> list[Email]:
    return list(Email.objects.filter(direction="outgoing").order_by("pk"))


def test_the_owner_gets_a_notice_by_the_template(support: EmailAccount, case: Case, now: datetime) -> None:
    [email] = incoming.process(support, now, incoming.letter(subject="About C-000124", body="Where are they?"))
    [notice] = notices()
    assert notice.recipients.get().address == "kari@mailroom.test"
    assert notice.subject == "Case C-000124: About C-000124"
    assert "ola@example.org wrote about your case" in notice.content.text
    assert "Where are they?" in notice.content.text
    assert notice.automatic == "auto-generated"
    assert incoming.reason(email, STEP) == "did: Kari Nordmann is told at kari@mailroom.test."


def test_who_got_the_mail_itself_gets_no_notice(support: EmailAccount, case: Case, now: datetime, agent: User) -> None:
    agent.employee.route_emails = True
    agent.employee.save()
    [email] = incoming.process(support, now, incoming.letter(subject="About C-000124"))
    assert len(notices()) == 1
    assert incoming.reason(email, STEP) == "skipped: It was forwarded to Kari Nordmann."


def test_in_the_language_of_the_owner(support: EmailAccount, case: Case, now: datetime, agent: User) -> None:
    agent.language = "nb"
    agent.save()
    incoming.process(support, now, incoming.letter(subject="About C-000124"))
    assert "skrev om saken din" in notices()[0].content.text


def test_one_notice_a_mail_however_often_it_is_processed(
    support: EmailAccount, case: Case, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(pipeline.STEPS[-2]), "run", lambda self, mail: 1 / 0)
    [email] = incoming.process(support, now, incoming.letter(subject="About C-000124"))
    monkeypatch.undo()
    pipeline.process_account(support.pk, now, [email.pk])
    assert len(notices()) == 1


@pytest.mark.parametrize("fields", [{"sender": "kari@mailroom.test"}, {"auto_submitted": "auto-replied"}])
def test_not_of_the_owners_own_mail_nor_of_automatic_mail(
    support: EmailAccount, case: Case, now: datetime, fields: dict[str, str]
) -> None:
    incoming.process(support, now, incoming.letter(subject="About C-000124", **fields))
    assert not notices()


def test_nobody_is_told_where_nobody_can_be(support: EmailAccount, case: Case, now: datetime, agent: User) -> None:
    agent.employee.email, agent.email = "Support@mailroom.test", ""
    agent.employee.save()
    agent.save()
    [email] = incoming.process(support, now, incoming.letter(subject="About C-000124"))
    assert "no address of his own" in incoming.reason(email, STEP)
    agent.is_active = False
    agent.save()
    [email] = incoming.process(support, now, incoming.letter(subject="About C-000124"))
    assert "no owner who works here" in incoming.reason(email, STEP)
    NotificationTemplate.objects.all().delete()
    assert not notices()
