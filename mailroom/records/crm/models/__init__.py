"""Customers and what is done for them; windows of their own grow on these tables."""

from mailroom.records.crm.models.activities import Event, Task
from mailroom.records.crm.models.cases import Case, CaseClass, CaseReason, CaseStatus, Level
from mailroom.records.crm.models.documents import (
    BusinessDocument,
    DocumentLine,
    DocumentType,
    EntityFile,
    ExpenseReceipt,
    NumberSeries,
)
from mailroom.records.crm.models.happenings import Happening
from mailroom.records.crm.models.marketing import Campaign, CampaignMember, ListMember, MarketingList, Unsubscribed
from mailroom.records.crm.models.portal import CaseComment, PortalLink, PortalSession
from mailroom.records.crm.models.relations import BusinessAccount, Contact, Lead

__all__ = [
    "BusinessAccount",
    "BusinessDocument",
    "Campaign",
    "CampaignMember",
    "Case",
    "CaseClass",
    "CaseComment",
    "CaseReason",
    "CaseStatus",
    "Contact",
    "DocumentLine",
    "DocumentType",
    "EntityFile",
    "Event",
    "ExpenseReceipt",
    "Happening",
    "Lead",
    "Level",
    "ListMember",
    "MarketingList",
    "NumberSeries",
    "PortalLink",
    "PortalSession",
    "Task",
    "Unsubscribed",
]
