"""Export of a grid: the filtered list, or the chosen rows, as CSV or a workbook."""

from typing import TYPE_CHECKING, Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from mailroom.base import clock
from mailroom.faces.windows.kit import actions, keyset, listing, requests
from mailroom.faces.windows.kit.views import WindowView
from mailroom.records.filters import export

if TYPE_CHECKING:
    from mailroom.faces.windows.kit.grid import GridWindow

MOST_IN_A_WORKBOOK = 100_000
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def exporting(grid: "type[GridWindow]") -> type[WindowView]:
    """The view that exports `grid`; POST carries the chosen ids, the address says which list it is."""

    class Export(grid):  # type: ignore[misc, valid-type]
        http_method_names = ["get", "post"]

        def get(self, request: HttpRequest) -> HttpResponseBase:
            return export_of(self, request, ids=[])

        def post(self, request: HttpRequest) -> HttpResponseBase:
            ids = requests.ids_of(request.POST.getlist("ids"))
            if ids is None:
                raise Http404
            return export_of(self, request, ids)

    return Export


def export_of(grid: "GridWindow", request: HttpRequest, ids: list[Any]) -> HttpResponseBase:
    """The file, streamed."""
    kind = request.GET.get("format", "csv")
    if kind not in {"csv", "xlsx"}:
        raise Http404
    found = grid.records(request).filter(pk__in=ids) if ids else listing.rows(grid, request)
    found = keyset.ordered(found, listing.order_of(grid, request))
    if kind == "xlsx" and found[MOST_IN_A_WORKBOOK : MOST_IN_A_WORKBOOK + 1].exists():
        return too_many(grid, request)
    rows = export.rows(found, grid.properties, timezone.get_current_timezone())
    head = export.heads(grid.properties)
    name = f"{grid.window.slug}-{clock.now():%Y-%m-%d}.{kind}"
    if kind == "xlsx":
        return FileResponse(export.as_workbook(head, rows), as_attachment=True, filename=name, content_type=WORKBOOK)
    lines = (line.encode() for line in export.as_csv(head, rows))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def too_many(grid: "GridWindow", request: HttpRequest) -> HttpResponse:
    """Back to the list, with the reason."""
    words = _("A workbook takes at most 100,000 rows. Export to CSV, or narrow the list by a filter.")
    query = request.GET.copy()
    query.pop("format", None)
    return grid.answer(request, actions.Outcome(words, level="bad"), f"{grid.window.url()}?{query.urlencode()}")
