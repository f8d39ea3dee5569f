"""Whom a mass email goes to: one mail an address, and a reason for everybody who gets none."""

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailroom.flows.mailings import prepare, preparing, text
from mailroom.flows.mailings.models import MassEmail, Reason
from mailroom.mime import addresses
from mailroom.records.crm import marketing
from mailroom.records.crm.models import Campaign, Contact, Lead, ListMember, MarketingList, Unsubscribed
from mailroom.records.emails import status
from mailroom.records.emails.models import BouncedAddress, Email
from mailroom.records.filters.lines import Wrong
from mailroom.records.organisation.models import Employee
from tests.factories import incoming, mass_mail

pytestmark = pytest.mark.django_db


def told(mass_email: MassEmail) -> dict[str, str]:
    """The reason by name; empty for those who get the mail."""
    return dict(mass_email.recipients.values_list("name", "reason"))


def test_everybody_who_gets_none_is_listed_with_the_reason(now: datetime) -> None:
    incoming.system_account()
    gone, back = "gone@example.net", "back@example.net"
    BouncedAddress.objects.create(key=gone, address=gone, kind="hard", last_at=now)
    BouncedAddress.objects.create(key=back, address=back, kind="soft", last_at=now)
    marketing.unsubscribe("No@Example.NET", None, now)
    people = [
        mass_mail.contact("Ola", "ola@example.net"),
        mass_mail.contact("Twin", "OLA@example.net"),
        mass_mail.contact("Nobody", ""),
        mass_mail.contact("Wrong", "not an address"),
        mass_mail.contact("Left", "left@example.net", active=False),
        mass_mail.contact("Ourselves", "sales@mailroom.test"),
        mass_mail.contact("Gone", gone),
        mass_mail.contact("Back", back),
        mass_mail.contact("No", "no@example.net"),
        Lead.objects.create(name="Lost", email="lost@example.net", status="lost", created_at=now),
    ]
    made = preparing.at_once(mass_mail.mass_email(now, mass_mail.marketing_list(now, *people)).pk, now)
    assert told(made) == {
        "Ola": "",
        "Twin": Reason.DUPLICATE,
        "Nobody": Reason.WITHOUT_ADDRESS,
        "Wrong": Reason.INVALID,
        "Left": Reason.INACTIVE,
        "Ourselves": Reason.OWN,
        "Gone": Reason.BOUNCED,
        "Back": "",
        "No": Reason.UNSUBSCRIBED,
        "Lost": Reason.INACTIVE,
    }
    assert made.status == "prepared"


LOCALS = st.sampled_from(["ola", "Ola", "kari", "per", ""])
DOMAINS = st.sampled_from(["example.net", "EXAMPLE.net", "xn--blbr-roah.example", "blåbær.example", "not one"])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(st.tuples(LOCALS, DOMAINS, st.booleans()), max_size=12),
    left=st.sets(st.sampled_from(["ola@example.net", "kari@example.net"])),
    twice=st.booleans(),
)
def test_no_address_has_two_mails_and_nobody_is_without_a_reason(
    now: datetime, people: list[tuple[str, str, bool]], left: set[str], twice: bool
) -> None:
    MassEmail.objects.all().delete()
    for model in (Unsubscribed, ListMember, MarketingList, Contact):
        model._default_manager.all().delete()
    made = [
        mass_mail.contact(f"P{n}", f"{local}@{domain}" if local else "", active=active)
        for n, (local, domain, active) in enumerate(people)
    ]
    for address in left:
        marketing.unsubscribe(address, None, now)
    lists = [mass_mail.marketing_list(now, *made)] + [mass_mail.marketing_list(now, *made, list_id="TWO")] * twice
    mass_email = preparing.at_once(mass_mail.mass_email(now, *lists).pk, now)
    rows = list(mass_email.recipients.all())
    chosen = [addresses.folded(row.address) for row in rows if not row.reason]
    assert len(rows) == len(made)
    assert len(chosen) == len(set(chosen))
    assert not set(chosen) & left
    assert all(row.key == "" for row in rows if row.reason)
    good = [one.email for one in made if one.active and "@" in one.email and " " not in one.email]
    reachable = {addresses.folded(email) for email in good}
    assert set(chosen) == reachable - left


def test_who_left_one_list_gets_the_mail_by_another(now: datetime) -> None:
    ola = mass_mail.contact("Ola", "ola@example.net")
    first, second = mass_mail.marketing_list(now, ola, list_id="A"), mass_mail.marketing_list(now, ola, list_id="B")
    marketing.unsubscribe(ola.email, first, now)
    [row] = preparing.at_once(mass_mail.mass_email(now, first, second).pk, now).recipients.all()
    assert (row.reason, row.marketing_list) == ("", second)
    [row] = preparing.at_once(mass_mail.mass_email(now, first).pk, now).recipients.all()
    assert row.reason == Reason.LEFT_LIST


def test_a_dynamic_list_is_whom_its_conditions_fit_when_it_is_prepared(now: datetime) -> None:
    mass_mail.contact("Ola", "ola@example.net", position="Chef")
    mass_mail.contact("Kari", "kari@example.net", position="Clerk")
    of = MarketingList.objects.create(list_id="CHEFS", name="Chefs", kind="dynamic")
    of.conditions = [{"property": "position", "condition": "equals", "value": "chef"}]
    of.save()
    made = mass_mail.mass_email(now, of)
    assert told(preparing.at_once(made.pk, now)) == {"Ola": ""}
    mass_mail.contact("Per", "per@example.net", position="chef")
    assert told(preparing.at_once(made.pk, now)) == {"Ola": "", "Per": ""}
    of.conditions = [{"property": "shoes", "condition": "equals", "value": "1"}]
    of.save()
    with pytest.raises(Wrong):
        preparing.at_once(made.pk, now)


def test_of_a_campaign_those_who_never_got_a_mail_can_be_chosen(now: datetime) -> None:
    ola = mass_mail.contact("Ola", "ola@example.net")
    campaign = mass_mail.campaign(now, ola)
    mass_mail.sent(now, campaign)
    marketing.add(campaign, [mass_mail.contact("Kari", "kari@example.net")], now)
    everybody = preparing.at_once(mass_mail.mass_email(now, campaign).pk, now)
    others = preparing.at_once(mass_mail.mass_email(now, campaign, campaign_members="never_sent").pk, now)
    assert (set(told(everybody)), set(told(others))) == ({"Ola", "Kari"}, {"Kari"})


def never_sent(now: datetime, *campaigns: Campaign) -> set[str]:
    """Whom a mass email to those who never got one would go to."""
    made = mass_mail.mass_email(now, *campaigns, campaign_members="never_sent")
    return set(told(preparing.at_once(made.pk, now)))


def test_who_got_a_mail_of_the_campaign_once_is_known_by_his_address_and_when_it_is_deleted(now: datetime) -> None:
    ola, twin = mass_mail.contact("Ola", "ola@example.net"), mass_mail.contact("Twin", "OLA@example.net")
    left, kari = mass_mail.contact("Left", "left@example.net"), mass_mail.contact("Kari", "kari@example.net")
    campaign, other = mass_mail.campaign(now, ola, twin), mass_mail.campaign(now, ola, left, kari, campaign_id="C2")
    made = mass_mail.mass_email(now, campaign, other)
    preparing.at_once(made.pk, now)
    marketing.unsubscribe(left.email, None, now)
    prepare.send(made.pk, now)
    prepare.carry_on(made.pk, now)
    Email.objects.all().delete()
    made.recipients.filter(contact=kari).update(reason=Reason.REFUSED)
    marketing.subscribe(Unsubscribed.objects.all())
    assert never_sent(now, campaign) == set()
    assert never_sent(now, other) == {"Left", "Kari"}, "Ola got it as a member of both"


def test_a_canceled_campaign_names_nobody(now: datetime) -> None:
    ola, kari = mass_mail.contact("Ola", "ola@example.net"), mass_mail.contact("Kari", "kari@example.net")
    campaign, other = mass_mail.campaign(now, ola), mass_mail.campaign(now, kari, campaign_id="C2")
    made = mass_mail.mass_email(now, campaign, other)
    campaign.status = Campaign.Status.CANCELED
    campaign.save()
    assert told(preparing.at_once(made.pk, now)) == {"Kari": ""}
    other.status = Campaign.Status.CANCELED
    other.save()
    with pytest.raises(text.NotReady, match="Canceled campaigns get no mail: Autumn crates, Autumn crates"):
        preparing.at_once(made.pk, now)


def test_leads_contacts_and_employees_are_a_source(now: datetime) -> None:
    mass_mail.contact("Ola", "ola@example.net")
    Lead.objects.create(name="Lea", email="lea@example.net", created_at=now)
    Employee.objects.create(employee_id="E9", name="Eva", email="eva@example.net")
    made = mass_mail.mass_email(now, source="people", to_leads=True, to_employees=True)
    assert set(told(preparing.at_once(made.pk, now))) == {"Lea", "Eva"}


def test_without_anybody_it_stays_on_hold(now: datetime) -> None:
    made = preparing.at_once(mass_mail.mass_email(now, mass_mail.marketing_list(now)).pk, now)
    assert made.status == "on_hold"
    with pytest.raises(status.Refused):
        prepare.send(made.pk, now)


@pytest.mark.parametrize("values", [{"body": ""}, {"body": "<p>((Shoes))</p>"}, {"subject": "((Shoes))"}])
def test_a_text_that_is_empty_or_wrong_is_not_prepared(now: datetime, values: dict[str, str]) -> None:
    ola = mass_mail.contact("Ola", "ola@example.net")
    made = mass_mail.mass_email(now, mass_mail.marketing_list(now, ola), **values)
    with pytest.raises(text.NotReady):
        preparing.at_once(made.pk, now)
