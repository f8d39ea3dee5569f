"""Lookups of the windows of records: any linkable record, contacts, business accounts, users without an employee."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mailroom.faces.windows.kit import lookups, requests
from mailroom.faces.windows.kit.columns import Column
from mailroom.faces.windows.kit.lookups import Lookup, LookupWidget
from mailroom.faces.windows.mail import choices  # noqa: F401 registers employees, work groups and case classes
from mailroom.records.activities import linking
from mailroom.records.crm import entities
from mailroom.records.crm.entities import EntityType
from mailroom.records.crm.models import BusinessAccount, Campaign, Case, Contact, Lead, MarketingList
from mailroom.records.emails import links
from mailroom.records.organisation.models import User


@dataclass(frozen=True, slots=True)
class EntityLookup(Lookup):
    """A lookup over one or more types of records; the value of a row is "type:key"."""

    types: tuple[EntityType, ...] = ()

    def find(self, request: HttpRequest, text: str, limit: int) -> list[Any]:
        """The records of each type in turn."""
        found: list[Any] = []
        for kind in self.types:
            found += kind.search_for(requests.user_of(request), text)[: limit - len(found)]
        return found

    def cells(self, row: Any) -> list[str]:
        """The columns of the row's type."""
        return [Column(key, label).content(row) for key, label in entities.of_record(row).columns]


def written(record: Any) -> str:
    """A record as a form carries it."""
    return f"{entities.of_record(record).key}:{record.pk}"


def words(record: Any) -> str:
    """A record as people read it."""
    return entities.of_record(record).describe(record)


def _lookup(key: str, label: Any, types: tuple[EntityType, ...]) -> None:
    columns = types[0].columns or (("pk", _("ID")),)
    found = EntityLookup(
        key, label, lambda request: types[0].rows(requests.user_of(request)), columns, (), "", written, words, types
    )
    lookups.register(found)


for option in entities.options():
    _lookup(f"entity-{option.key}", option.label, option.types)
_lookup("entities", _("Related entity"), tuple(entities.TYPES.values()))

lookups.register(
    Lookup(
        "leads",
        _("Lead"),
        rows=lambda request: Lead.objects.all(),
        columns=(("name", _("Name")), ("email", _("Email")), ("company", _("Company"))),
        search=("name", "email", "company"),
        window="CR301000",
    )
)
lookups.register(
    Lookup(
        "campaigns",
        _("Campaign"),
        rows=lambda request: Campaign.objects.all(),
        columns=(("campaign_id", _("Campaign ID")), ("name", _("Campaign name"))),
        search=("campaign_id", "name"),
        window="CR202000",
    )
)
OPEN_CAMPAIGNS = Campaign.objects.exclude(status=Campaign.Status.CANCELED)
lookups.register(
    Lookup(
        "open-campaigns",
        _("Campaign"),
        rows=lambda request: OPEN_CAMPAIGNS.all(),
        columns=(("campaign_id", _("Campaign ID")), ("name", _("Campaign name"))),
        search=("campaign_id", "name"),
    )
)
STATIC_LISTS = MarketingList.objects.filter(active=True, kind=MarketingList.Kind.STATIC)
lookups.register(
    Lookup(
        "static-lists",
        _("Marketing list"),
        rows=lambda request: STATIC_LISTS.all(),
        columns=(("list_id", _("Marketing list ID")), ("name", _("List name"))),
        search=("list_id", "name"),
    )
)
lookups.register(
    Lookup(
        "marketing-lists",
        _("Marketing list"),
        rows=lambda request: MarketingList.objects.filter(active=True),
        columns=(("list_id", _("Marketing list ID")), ("name", _("List name"))),
        search=("list_id", "name"),
        window="CR204000",
    )
)
lookups.register(
    Lookup(
        "cases",
        _("Case"),
        rows=lambda request: Case.objects.select_related("business_account"),
        columns=(("case_id", _("Case ID")), ("subject", _("Subject")), ("business_account", _("Business account"))),
        search=("case_id", "subject"),
        window="CR306000",
    )
)
lookups.register(
    Lookup(
        "contacts",
        _("Contact"),
        rows=lambda request: Contact.objects.filter(active=True).select_related("business_account"),
        columns=(("name", _("Name")), ("email", _("Email")), ("business_account", _("Business account"))),
        search=("name", "email", "business_account__name"),
        window="CR302000",
    )
)
lookups.register(
    Lookup(
        "business-accounts",
        _("Business account"),
        rows=lambda request: BusinessAccount.objects.all(),
        columns=(("account_id", _("Business account")), ("name", _("Name"))),
        search=("account_id", "name"),
        text=lambda row: f"{row.account_id} {row.name}",
    )
)
lookups.register(
    Lookup(
        "free-users",
        _("User"),
        rows=lambda request: User.objects.filter(employee=None),
        columns=(("login", _("Login")), ("full_name", _("Name"))),
        search=("login", "full_name"),
    )
)


class EntityField(forms.Field):
    """A record of any linkable type, chosen through a lookup; its number, typed in full, is understood as well."""

    def __init__(self, lookup: str = "entities", **options: Any) -> None:
        widget = LookupWidget(lookup)
        super().__init__(widget=widget, **{"required": False} | options)
        self.user: User | None = None

    def see_as(self, user: User) -> None:
        """Whose records can be chosen; a form that shows the field says so."""
        self.user = user
        self.widget.rows = self.record_of

    def record_of(self, value: Any) -> Any:
        """The record that "type:key" stands for, or None."""
        key, mark, number = str(value or "").partition(":")
        kind = entities.of_key(key)
        if kind is None or not mark or self.user is None or not number.isdecimal():
            return None
        return kind.rows(self.user).filter(pk=int(number)).first() if int(number) <= entities.LARGEST else None

    def to_python(self, value: Any) -> Any:
        """The record, else the one whose number was typed."""
        if value in self.empty_values:
            return None
        record = self.record_of(value)
        lookup = lookups.LOOKUPS[self.widget.lookup]
        for kind in getattr(lookup, "types", ()) if record is None and self.user is not None else ():
            record = record or kind.find(self.user, value)
        if record is None or entities.of_record(record) not in getattr(lookup, "types", ()):
            text = _("“%(value)s” was not found. Choose one from the list.")
            raise ValidationError(text, params={"value": value})
        return record

    def related(self, record: Any) -> dict[str, Any]:
        """The columns of an activity for the record it is for; empty ones for none."""
        target = linking.related(record) if record is not None else links.NOTHING
        return {
            "related_entity_type": target.type,
            "related_entity_id": target.id,
            "related_entity_description": target.description,
        }
