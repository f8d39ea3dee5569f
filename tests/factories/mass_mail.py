"""Mass emails and the people whom they go to, without servers."""

from datetime import datetime
from typing import Any

from mailroom.flows.mailings import prepare, preparing
from mailroom.flows.mailings.models import MassEmail
from mailroom.records.crm import marketing
from mailroom.records.crm.models import Campaign, Contact, MarketingList
from tests.factories import incoming

BODY = "<p>Hello ((FirstName)), new crates are here.</p>"


def contact(name: str = "Ingrid Solheim", email: str = "ingrid@fjellbekk.example.net", **values: Any) -> Contact:
    """Somebody who may get mail."""
    return Contact.objects.create(name=name, email=email, **values)


def campaign(now: datetime, *people: Any, campaign_id: str = "CAMP-1") -> Campaign:
    """A campaign with these members."""
    made = Campaign.objects.create(campaign_id=campaign_id, name="Autumn crates", created_at=now)
    marketing.add(made, people, now)
    return made


def marketing_list(now: datetime, *people: Any, list_id: str = "NEWS") -> MarketingList:
    """A static list with these members."""
    made = MarketingList.objects.create(list_id=list_id, name=f"List {list_id}")
    marketing.add(made, people, now)
    return made


def mass_email(now: datetime, *sources: Any, by: Any = None, **values: Any) -> MassEmail:
    """A mass email to campaigns or lists, on hold."""
    kind = "campaigns" if sources and isinstance(sources[0], Campaign) else "lists"
    fields = {"description": "Crates", "subject": "New crates", "body": BODY, "source": kind} | values
    made = MassEmail(**{"account": fields.get("account") or incoming.system_account()} | fields)
    prepare.number(made, now, by)
    made.save()
    (made.campaigns if kind == "campaigns" else made.marketing_lists).set(sources)
    return made


def sent(now: datetime, *sources: Any, by: Any = None, **values: Any) -> MassEmail:
    """One whose mails are queued."""
    made = mass_email(now, *sources, by=by, **values)
    preparing.at_once(made.pk, now)
    prepare.send(made.pk, now)
    prepare.carry_on(made.pk, now)
    made.refresh_from_db()
    return made
