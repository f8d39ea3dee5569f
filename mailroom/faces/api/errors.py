"""The one table of errors: every exception a request may meet becomes an RFC 9457 problem."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from mailroom.faces.api import refusals
from mailroom.flows.incoming import accounts
from mailroom.flows.scheduling import saving
from mailroom.flows.sending import outbox, signing
from mailroom.records.activities import attached, linking
from mailroom.records.conversations import canned
from mailroom.records.emails import compose, release, status
from mailroom.records.files import store
from mailroom.records.filters import lines
from mailroom.records.notifications import files as template_files
from mailroom.records.notifications import saving as templates
from mailroom.records.organisation import people, system_locales
from mailroom.records.preferences import personal

TABLE: tuple[tuple[type[Exception], int, str], ...] = (
    (AuthenticationError, 401, "Sign in with a bearer token."),
    (PermissionDenied, 403, "Your role does not open this."),
    (release.Withheld, 403, "The original holds a file that is held back: who may release files gets it."),
    (Http404, 404, "There is no such thing, or it is not yours to see."),
    (compose.Stale, 409, "It was saved by somebody else meanwhile."),
    (status.Refused, 409, "Its state does not allow this now."),
    (outbox.NoRecipient, 422, "The email has no recipient."),
    (outbox.BadAddress, 422, "An address is no email address."),
    (signing.BadSelector, 422, "The selector is none."),
    (canned.Invalid, 422, "Some fields are wrong."),
    (compose.TooLarge, 422, "The files are too large."),
    (accounts.Invalid, 422, "Some fields are wrong."),
    (saving.Invalid, 422, "Some fields are wrong."),
    (lines.Wrong, 422, "The filter makes no sense."),
    (personal.Invalid, 422, "Some settings are wrong."),
    (templates.Invalid, 422, "Some fields are wrong."),
    (template_files.NotTaken, 422, "The file is not taken."),
    (templates.InUse, 409, "It is not deleted."),
    (system_locales.Invalid, 422, "Some fields are wrong."),
    (system_locales.InUse, 409, "It is not changed."),
    (people.NotAllowed, 409, "It is not done."),
    (people.Invalid, 422, "Some fields are wrong."),
    (linking.NotThere, 422, "There is no such record to link to."),
    (attached.TooLarge, 422, "The file is too large."),
    (refusals.Invalid, 422, "Some fields are wrong."),
    (store.FileMissing, 410, "The file is missing on disk."),
)


def problem(code: int, title: str, detail: str = "", **more: Any) -> HttpResponse:
    """An RFC 9457 problem document."""
    body = {"type": "about:blank", "title": title, "status": code, "detail": detail or title} | more
    return JsonResponse(body, status=code, content_type="application/problem+json")


def install(api: NinjaAPI) -> None:
    """Teach the API its table."""
    for kind, code, title in TABLE:
        api.add_exception_handler(kind, _handler(code, title))
    api.add_exception_handler(ProtectedError, _in_use)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, _http)


def _handler(code: int, title: str) -> Any:
    def handle(request: HttpRequest, error: Any) -> HttpResponse:
        fields = getattr(error, "errors", None)
        detail = str(error) if code in {409, 410, 422} else title
        return problem(code, title, detail, **({"errors": fields} if isinstance(fields, dict) else {}))

    return handle


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    found = [{"where": ".".join(map(str, item["loc"])), "text": item["msg"]} for item in error.errors]
    return problem(
        422, "The request is not as it should be.", "; ".join(f"{x['where']}: {x['text']}" for x in found), errors=found
    )


def _in_use(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(409, "It is in use and cannot be deleted.", "Other records name it. Make it inactive instead.")


def _http(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(error.status_code, str(error))
