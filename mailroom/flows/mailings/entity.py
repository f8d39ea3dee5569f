"""A mass email as a record that emails are activities of, and the placeholders of its text."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from mailroom.flows.mailings.models import MassEmail, MassEmailRecipient
from mailroom.records.crm import entities
from mailroom.records.crm.entities import EntityType
from mailroom.records.notifications import sources
from mailroom.records.notifications.sources import Place, Source, at, places

KEY = "mass_email"
WINDOW = "CR308000"


def register(fixed: Callable[[Any], str]) -> None:
    """Make both known; `fixed` says why the files of a mass email may not be changed at present."""
    entities.register(
        EntityType(
            KEY,
            _("Mass email"),
            MassEmail,
            lambda user: MassEmail.objects.select_related("account", "owner"),
            "mass_email_id",
            ("mass_email_id", "description", "subject"),
            WINDOW,
            icon="send",
            describe=lambda row: f"{row.mass_email_id} {row.description}",
            columns=(("mass_email_id", _("Mass email ID")), ("description", _("Description"))),
            fixed=fixed,
        )
    )
    sources.register(
        Source(
            WINDOW,
            lambda user: MassEmailRecipient.objects.select_related(*WITH),
            ("name", "address"),
            (
                *places(("Name", _("Name"), "name"), ("Email", _("Email"), "address")),
                Place("FirstName", _("First name"), lambda row: row.name.split(" ")[0]),
                Place("Position", _("Position"), at("contact.position")),
                Place("Phone", _("Phone"), lambda row: getattr(row.contact or row.lead, "phone", "")),
                Place("BusinessAccount", _("Business account"), _company),
                Place("Campaign", _("Campaign"), at("campaign.name")),
                Place("MarketingList", _("Marketing list"), at("marketing_list.name")),
                Place("Owner.Name", _("Owner"), lambda row: getattr(_owner(row), "name", None)),
                Place("Owner.Email", _("Email of the owner"), lambda row: getattr(_owner(row), "email", None)),
                Place("UnsubscribeUrl", _("Address to unsubscribe"), lambda row: None),
            ),
        )
    )


WITH = ("contact__business_account", "contact__owner", "lead__owner", "employee", "campaign", "marketing_list")


def _company(row: Any) -> Any:
    if row.lead is not None:
        return row.lead.company
    account = row.contact.business_account if row.contact is not None else None
    return account.name if account is not None else None


def _owner(row: Any) -> Any:
    person = row.contact or row.lead
    return person.owner if person is not None else None
