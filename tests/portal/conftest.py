"""A customer with a case, and a browser of his that is signed in to the portal."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.flows.notifying import portal_links
from mailroom.records.crm import portal
from mailroom.records.crm.models import BusinessAccount, Case, Contact
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.notifications import standard
from mailroom.records.organisation import features
from mailroom.records.organisation.models import User
from tests.factories import relations

ADDRESS = "ingrid@fjellbekk.example.net"


@pytest.fixture
def _open(db: None) -> None:
    """The portal is switched on, and the shipped templates are there."""
    standard.install()
    row = features.read()
    row.self_service_portal = True
    row.save()


@pytest.fixture
def sales(db: None) -> EmailAccount:
    """The account that automatic mail goes from."""
    return relations.account(outgoing_mail_server="smtp.mailroom.test")


@pytest.fixture
def ingrid(db: None) -> Contact:
    """A customer's employee."""
    customer = BusinessAccount.objects.create(account_id="10388", name="Fjellbekk Møbler AS")
    return Contact.objects.create(name="Ingrid Solheim", email=ADDRESS, business_account=customer)


@pytest.fixture
def case(ingrid: Contact, agent: User) -> Case:
    """Her case, which Kari has."""
    return Case.objects.create(
        case_id="C-000124",
        subject="Broken crates",
        status="pending_customer",
        contact=ingrid,
        business_account=ingrid.business_account,
        owner=agent.employee,  # type: ignore[attr-defined]  # the reverse side of one to one
        created_at=clock.now(),
    )


def link_to(address: str = ADDRESS) -> str:
    """A link that was asked for and made, as the mail has it."""
    now = clock.now()
    asked = portal.ask(address, None, now)
    assert asked is not None
    return f"/portal/link/{portal.answer(asked, now)}/"


@pytest.fixture
def visitor(_open: None, sales: EmailAccount, ingrid: Contact) -> Client:
    """Ingrid's browser."""
    browser = Client()
    assert browser.post(link_to())["Location"] == "/portal/"
    return browser


@pytest.fixture
def comment(visitor: Client, case: Case) -> Callable[..., Any]:
    """Sends a comment on the case as the form does."""

    def send(text: str = "Where are they?", browser: Client = visitor, **values: Any) -> Any:
        key = values.pop("key", "") or str(len(text)) + str(clock.now().timestamp())[-20:]
        return browser.post(f"/portal/cases/{case.case_id}/", {"text": text, "key": key} | values)

    return send


def answered() -> list[Email]:
    """The mails that the requests for links made, after a worker looked."""
    portal_links.answer(clock.now())
    return list(Email.objects.filter(direction="outgoing").order_by("pk"))
