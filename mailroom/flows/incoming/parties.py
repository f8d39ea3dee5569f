"""Whose matter a mail is: business account, contact and lead of its related entity, else of its sender's address."""

from typing import Any

from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models import Case as Choice
from django.db.models.functions import Coalesce, Lower

from mailroom.records.crm.models import BusinessAccount, BusinessDocument, Case, Contact, DocumentType, Lead
from mailroom.records.emails.models import Email

KEY = BigIntegerField()


def with_parties(rows: QuerySet[Email]) -> QuerySet[Any]:
    """Emails with `party_account`, `party_contact` and `party_lead` (keys, or none) and what conditions ask of them."""
    told = rows.annotate(
        party_contact=Coalesce(
            _of_entity({"contact": F("related_entity_id"), "case": _one(Case, "contact")}),
            _by_address(Contact.objects.filter(active=True)),
        ),
        party_lead=Coalesce(
            _of_entity({"lead": F("related_entity_id"), "case": _one(Case, "lead")}), _by_address(Lead.objects.all())
        ),
    ).annotate(
        party_account=Coalesce(
            _of_entity(
                dict.fromkeys(BusinessAccount.Kind.values, F("related_entity_id"))
                | dict.fromkeys(DocumentType.values, _one(BusinessDocument, "business_account"))
                | {"case": _one(Case, "business_account")}
            ),
            Subquery(
                Contact.objects.filter(pk=OuterRef("party_contact")).values("business_account")[:1], output_field=KEY
            ),
            _by_address(BusinessAccount.objects.all()),
        )
    )
    return told.annotate(
        party_account_account_id=_words(BusinessAccount, "party_account", "account_id"),
        party_account_name=_words(BusinessAccount, "party_account", "name"),
        party_account_kind=_words(BusinessAccount, "party_account", "kind"),
        party_contact_name=_words(Contact, "party_contact", "name"),
    )


def _one(model: Any, field: str) -> Subquery:
    return Subquery(model.objects.filter(pk=OuterRef("related_entity_id")).values(field)[:1], output_field=KEY)


def _of_entity(by_type: dict[str, Any]) -> Choice:
    whens = [When(related_entity_type=kind, then=found) for kind, found in by_type.items()]
    return Choice(*whens, default=None, output_field=KEY)


def _by_address(rows: QuerySet[Any]) -> Subquery:
    folded = rows.alias(folded=Lower("email")).filter(folded=Lower(OuterRef("from_address"))).exclude(email="")
    return Subquery(folded.order_by("pk").values("pk")[:1], output_field=KEY)


def _words(model: Any, key: str, field: str) -> Coalesce:
    return Coalesce(Subquery(model.objects.filter(pk=OuterRef(key)).values(field)[:1]), Value(""))
