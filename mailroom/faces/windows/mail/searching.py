"""Search in the lists of emails: the rows, what is said about them, and the marks on what was searched for."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.db.models.functions import Substr
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.base import clock
from mailroom.faces.windows.kit import listing, markup
from mailroom.faces.windows.kit.grid import Empty, Notice
from mailroom.records.emails import search
from mailroom.records.emails.models import Email, EmailContent
from mailroom.records.emails.search import Found, highlight, indexing

OLDER = "older"
HINT = gettext_lazy(
    "Search knows from:, to:, subject:, has:attachment, status:, before:, after:, “a phrase” and -word."
)
BODY_LETTERS = 20_000


def find(rows: QuerySet[Email], text: str, request: HttpRequest) -> QuerySet[Email]:
    """The rows that the text finds, from where the address says that the search goes on."""
    asked = request.GET.get(OLDER, "")
    below = min(int(asked), search.NEWEST) if asked.isdecimal() and len(asked) < 20 else None
    found = search.find(rows, text, clock.now(), timezone.get_current_timezone(), below)
    request._found_emails = found  # type: ignore[attr-defined]  # for notice and marks of the same answer
    return found.rows


def notice(request: HttpRequest, all_emails: str = "") -> Notice | None:
    """What the list says of its search: older mail to look through, words that stood in, other places to look."""
    found: Found | None = getattr(request, "_found_emails", None)
    if found is None:
        return None
    said = ""
    if found.guessed:
        said = _("Nothing has these words. Found by addresses spelled much like them: %(words)s.")
        said %= {"words": ", ".join(found.guessed[:5])}
    begun = request.GET.get(OLDER)
    if found.older is not None:
        day = date_format(timezone.localtime(indexing.date_of(found.older)), "DATE_FORMAT")
        longer = "" if begun or not found.few else listing.changed(request, older=str(search.NEWEST))
        words = _("Searched back to %(day)s; looking further back…") if longer else _("Searched back to %(day)s.")
        said = " ".join((said, words % {"day": day})).strip()
        url = listing.changed(request, older=str(found.older), open=None)
        return Notice(said, url, _("Search further back"), longer)
    if begun and begun != str(search.NEWEST):
        return Notice(said or _("These are the oldest."), listing.changed(request, older=None), _("Newest first"))
    if all_emails:
        return Notice(said, f"{all_emails}?{urlencode({'q': request.GET.get('q', '')})}", _("Search in all emails"))
    return Notice(said) if said else None


def nothing(request: HttpRequest) -> Empty:
    """What an empty list says when it was searched: how to find more."""
    text = request.GET.get("q", "").strip()
    word = text.split()[-1] if text else ""
    if word.isalnum() and len(word) > 2:
        wider = " ".join((*text.split()[:-1], f"{word}*"))
        url = listing.changed(request, q=wider)
        return Empty(_("Nothing found"), HINT, "search", url, _("Search for words that begin with “%s”") % word)
    return Empty(_("Nothing found"), HINT, "search")


def mark(rows: Sequence[Email], request: HttpRequest) -> None:
    """Give each row of the page its subject with marks, and the stretch of its body that was found."""
    found: Found | None = getattr(request, "_found_emails", None)
    wanted = highlight.pattern(found.query) if found is not None else None
    if wanted is None or not rows:
        return
    keys = [row.pk for row in rows]
    bodies = dict(
        EmailContent.objects.filter(pk__in=keys)
        .annotate(beginning=Substr("text", 1, BODY_LETTERS))
        .values_list("pk", "beginning")
    )
    for row in rows:
        subject = highlight.marked(row.subject, wanted)
        body = highlight.snippet(bodies.get(row.pk) or "", wanted)
        beside = f'<span class="snippet">{html(body)}</span>' if body else ""
        row.marked_subject = markup.joined([html(subject), beside])  # type: ignore[attr-defined]  # for the subject's cell


def html(pieces: Sequence[highlight.Piece]) -> SafeString:
    """Pieces as text with `<mark>`."""
    words = (f"<mark>{markup.text(text)}</mark>" if hit else markup.text(text) for text, hit in pieces)
    return markup.joined([*words])
