"""All addresses: health, the API, the portal, and each window under its id."""

from django.urls import include, path

from mailroom.faces import health
from mailroom.faces.api.v1 import api
from mailroom.faces.portal import unsubscribing

urlpatterns = [
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("api/v1/", api.urls),
    path("unsubscribe/<str:token>/", unsubscribing.Unsubscribe.as_view()),
    path("portal/", include("mailroom.faces.portal.urls")),
    path("", include("mailroom.faces.windows.urls")),
]
handler403 = "mailroom.faces.windows.kit.errors.forbidden"
handler404 = "mailroom.faces.windows.kit.errors.not_found"
handler500 = "mailroom.faces.windows.kit.errors.server_error"
