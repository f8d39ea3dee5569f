"""Customers and what is done for them; windows of their own grow on these tables."""

from mailroom.records.crm.models.cases import Case, CaseClass
from mailroom.records.crm.models.relations import BusinessAccount, Contact, Lead

__all__ = ["BusinessAccount", "Case", "CaseClass", "Contact", "Lead"]
