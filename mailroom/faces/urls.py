"""All addresses: each window under its id, the API, health."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("mailroom.faces.windows.urls"))]

handler403 = "mailroom.faces.windows.kit.errors.forbidden"
handler404 = "mailroom.faces.windows.kit.errors.not_found"
handler500 = "mailroom.faces.windows.kit.errors.server_error"
