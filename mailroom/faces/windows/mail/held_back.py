"""What is held back of an email: quarantined files, which an administrator releases, and a body too large to fetch."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailroom.base import clock
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.actions import Action, Outcome
from mailroom.flows.receiving import whole
from mailroom.records.emails import release, status
from mailroom.records.emails.models import Attachment, Email
from mailroom.records.organisation.models.people import Role


def release_files(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Let the readers have the quarantined files of an email."""
    try:
        names = release.release(Email.objects.get(pk=ids[0]), clock.now(), requests.user_of(request))
    except status.Refused as error:
        return Outcome(str(error), level="bad")
    return Outcome(ngettext("%(n)d file released", "%(n)d files released", len(names)) % {"n": len(names)})


def fetch_whole(request: HttpRequest, ids: list[Any]) -> Outcome:
    """Fetch the body of an email that was larger than its account takes."""
    email = Email.objects.select_related("account").get(pk=ids[0])
    try:
        whole.fetch(email, clock.now(), requests.user_of(request))
    except status.Refused as error:
        return Outcome(str(error), level="bad")
    return Outcome(_("The whole email is here now"))


RELEASE = Action(
    "release",
    gettext_lazy("Release files"),
    run=release_files,
    icon="lock",
    roles=frozenset({Role.ADMINISTRATOR}),
)
WHOLE = Action("fetch-whole", gettext_lazy("Fetch the whole email"), run=fetch_whole, icon="download")


def commands(email: Email) -> list[Action]:
    """The commands for what is held back of this email; none where nothing is."""
    found = []
    if any(file.state == Attachment.State.QUARANTINED for file in email.attachments.all()):
        found.append(RELEASE)
    content = getattr(email, "content", None)
    if content is not None and content.noted.get("cut"):
        found.append(WHOLE)
    return found
