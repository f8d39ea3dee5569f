"""What a person changes from any window: theme, density, keys, navigation pane, view of a list, favourites."""

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest

from mailroom.faces.windows.kit import person, registry, requests
from mailroom.faces.windows.kit.lookups import OPEN_TO_ALL
from mailroom.faces.windows.kit.views import WindowView

YEAR = 365 * 24 * 3600
IN_COOKIE = ("theme", "density")


class PersonView(WindowView):
    """POST `name` and `value`; the answer is empty for script and the former page without."""

    window = OPEN_TO_ALL

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep one setting; unknown names and values are refused."""
        name, value = request.POST.get("name", ""), request.POST.get("value", "")
        if name == "favourite" and registry.WINDOWS.get(value):
            person.toggle_favourite(request, value.upper())
        elif allowed(name, value):
            person.save(request, name, value)
        else:
            return HttpResponseBadRequest()
        answer = (
            requests.redirect(request, requests.safe_next(request, "/")) if "next" in request.POST else HttpResponse()
        )
        if name in IN_COOKIE:
            answer.set_cookie(name, value, max_age=YEAR, samesite="Lax", httponly=True)
        return answer


def allowed(name: str, value: str) -> bool:
    """Whether a person may set `name` to `value`: a known choice, or the view of a known window's list."""
    if name.startswith("view."):
        return registry.WINDOWS.get(name[5:]) is not None and value in ("split", "full")
    return value in person.CHOICES.get(name, frozenset())
