"""A campaign of the company and the mass email that its customers got three weeks ago; one wants no more."""

from datetime import datetime, timedelta

from mailroom.demo.company.house import House
from mailroom.flows.mailings import prepare, preparing, unsubscribe
from mailroom.flows.mailings.models import MassEmail
from mailroom.flows.sending import send
from mailroom.records.crm import marketing
from mailroom.records.crm.models import BusinessAccount, Campaign, Contact, Lead, MarketingList

AGO = timedelta(days=21)
BODY = (
    "<p>Dear ((FirstName)),</p><p>our new filter coffee from the hills of Huehuetenango is here. Until the end of the "
    "month the first crate for ((BusinessAccount)) travels free of charge.</p><p>Petra Nyman, Elvestad Handel</p>"
)


def tell(house: House, now: datetime) -> None:
    """Make the campaign and a list of leads, and send the campaign's mail."""
    at, petra = now - AGO, house.employees["petra"]
    campaign = Campaign.objects.create(
        campaign_id="CAMP-000001",
        name="Autumn coffee",
        status=Campaign.Status.IN_PROGRESS,
        start_on=at.date(),
        owner=petra,
        created_at=at,
    )
    customers = Contact.objects.filter(business_account__kind=BusinessAccount.Kind.CUSTOMER)
    marketing.add(campaign, customers, at)
    leads = MarketingList.objects.create(list_id="COFFEE-LEADS", name="Leads who asked for coffee", owner=petra)
    marketing.add(leads, Lead.objects.all()[:20], at)
    mass_email = MassEmail(
        description="Autumn coffee",
        account=house.accounts["NEWS"],
        subject="New filter coffee for ((BusinessAccount))",
        body=BODY,
        source=MassEmail.Source.CAMPAIGNS,
    )
    prepare.number(mass_email, at, petra.user)
    mass_email.save()
    mass_email.campaigns.add(campaign)
    preparing.at_once(mass_email.pk, at)
    prepare.send(mass_email.pk, at)
    prepare.carry_on(mass_email.pk, at)
    send.send_account(house.accounts["NEWS"].pk, at, manual=True, read_clock=lambda: at)
    prepare.carry_on(mass_email.pk, at)
    tove = mass_email.recipients.get(address__startswith="tove.sandin@")
    unsubscribe.carry_out(tove, at + timedelta(days=1))
