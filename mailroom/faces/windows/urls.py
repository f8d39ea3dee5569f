"""The addresses of the windows: the Overview at the root, each window under its id, sign-in, what the kit asks."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import include, path, re_path

from mailroom.faces.windows.kit import changes, jobs, lookups, palette, person_posts, registry, standing
from mailroom.faces.windows.mail.linking import OpenEntity
from mailroom.faces.windows.overview import views as overview


def lower_case(request: HttpRequest, window_id: str, rest: str) -> HttpResponse:
    """/CO409000/ goes to /co409000/; a known window id in any case but lower."""
    window = registry.WINDOWS.get(window_id)
    if window is None or window_id == window.slug or request.method not in ("GET", "HEAD"):
        raise Http404
    query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
    return HttpResponsePermanentRedirect(f"/{window.slug}/{rest}{query}")


urlpatterns = [
    *overview.root,
    path("", include("mailroom.faces.windows.sign_in.urls")),
    path("entity/<slug:type_key>/<int:number>/", OpenEntity.as_view(), name="entity"),
    path("lookup/<slug:key>/", lookups.LookupView.as_view(), name="lookup"),
    path("jobs/running/", jobs.NavJobView.as_view(), name="nav-job"),
    path("jobs/<int:key>/", jobs.JobView.as_view(), name="job"),
    path("jobs/<int:key>/cancel/", jobs.JobView.as_view(cancels=True), name="cancel-job"),
    path("jobs/<int:key>/undo/", jobs.UndoJobView.as_view(), name="undo-job"),
    path("changes/", changes.ChangesView.as_view(), name="changes"),
    path("standing/", standing.StandingView.as_view(), name="standing"),
    path("palette/", palette.PaletteView.as_view(), name="palette"),
    path("navigation/", palette.NavigationView.as_view(), name="navigation"),
    path("person/", person_posts.PersonView.as_view(), name="person"),
    *registry.WINDOWS.url_patterns(),
    re_path(r"^(?P<window_id>[A-Za-z]{2}[0-9]{6})/(?P<rest>.*)$", lower_case),
]
