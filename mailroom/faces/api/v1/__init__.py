"""Version 1 of the API: one file a resource, mounted at /api/v1/."""

from ninja import NinjaAPI
from ninja.openapi.docs import Swagger

from mailroom.faces.api import errors, rights
from mailroom.faces.api.v1 import (
    accounts,
    alerts,
    assignment_maps,
    audit_trail,
    bounced_addresses,
    bulk,
    campaigns,
    canned_texts,
    case_classes,
    cases,
    contacts,
    conversations,
    documents,
    emails,
    employees,
    events,
    exchanges,
    expense_receipts,
    filters,
    functionalities,
    jobs,
    leads,
    links,
    locales,
    marketing_lists,
    mass_emails,
    me,
    notification_events,
    preferences,
    quarantine,
    schedules,
    sign_in,
    tasks,
    templates,
    users,
)

api = NinjaAPI(
    title="Mailroom",
    version="1",
    description="Everything that a window can do, under the same rights. Errors are RFC 9457 problems.",
    docs=Swagger(),
    auth=rights.AUTH,
    urls_namespace="api-v1",
)
errors.install(api)
api.add_router("/emails", conversations.router)  # as links
api.add_router("/emails", links.router)  # before the actions of emails, which would take its address
api.add_router("/emails", bulk.router)
api.add_router("/emails", emails.router)
api.add_router("/accounts", accounts.router)
api.add_router("/alerts", alerts.router)
api.add_router("/assignment-maps", assignment_maps.router)
api.add_router("/audit-trail", audit_trail.router)
api.add_router("/exchanges", exchanges.router)
api.add_router("/filters", filters.router)
api.add_router("/locales", locales.router)
api.add_router("/notification-events", notification_events.router)
api.add_router("/preferences", preferences.router)
api.add_router("/quarantine", quarantine.router)
api.add_router("/schedules", schedules.router)
api.add_router("/addresses", canned_texts.addresses)
api.add_router("/bounced-addresses", bounced_addresses.router)
api.add_router("/business-accounts", documents.accounts)
api.add_router("/campaigns", campaigns.router)
api.add_router("/canned-texts", canned_texts.router)
api.add_router("/case-classes", case_classes.router)
api.add_router("/cases", cases.router)
api.add_router("/contacts", contacts.many)  # before the operations of one, which would take its address
api.add_router("/contacts", contacts.router)
api.add_router("/documents", documents.router)
api.add_router("/employees", employees.router)
api.add_router("/entities", links.types)
api.add_router("/events", events.router)
api.add_router("/expense-receipts", expense_receipts.router)
api.add_router("/functionalities", functionalities.router)
api.add_router("/jobs", jobs.router)
api.add_router("/leads", leads.many)  # before the operations of one, which would take its address
api.add_router("/leads", leads.router)
api.add_router("/marketing-lists", marketing_lists.router)
api.add_router("/mass-emails", mass_emails.router)
api.add_router("/mentions", conversations.mentions)
api.add_router("/tasks", tasks.router)
api.add_router("/threads", conversations.threads)
api.add_router("/unsubscribed", marketing_lists.unsubscribed)
api.add_router("/users", users.router)
api.add_router("/users", sign_in.of_users)
api.add_router("/me", me.router)
api.add_router("/me", sign_in.own)
api.add_router("/templates", templates.router)
