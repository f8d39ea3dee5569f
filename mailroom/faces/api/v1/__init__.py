"""Version 1 of the API: one file a resource, mounted at /api/v1/."""

from ninja import NinjaAPI
from ninja.openapi.docs import Swagger

from mailroom.faces.api import errors, rights
from mailroom.faces.api.v1 import accounts, emails, preferences, schedules

api = NinjaAPI(
    title="Mailroom",
    version="1",
    description="Everything that a window can do, under the same rights. Errors are RFC 9457 problems.",
    docs=Swagger(),
    auth=rights.AUTH,
    urls_namespace="api-v1",
)
errors.install(api)
api.add_router("/emails", emails.router)
api.add_router("/accounts", accounts.router)
api.add_router("/preferences", preferences.router)
api.add_router("/schedules", schedules.router)
