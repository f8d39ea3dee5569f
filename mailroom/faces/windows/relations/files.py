"""Files of a record in its window: uploaded, taken over from an email, downloaded, removed."""

from django.db import models
from django.forms import ValidationError
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from mailroom.base import clock
from mailroom.faces import downloads
from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.relations import prefill
from mailroom.records.activities import attached
from mailroom.records.emails import queries, status
from mailroom.records.emails.models import Attachment


def keep(request: HttpRequest, record: models.Model) -> None:
    """Carry out what the form says: files chosen here, files of the emails, files to remove.

    Raises ValidationError for a file that is too large, and where the record's files are fixed at present.
    """
    try:
        _keep(request, record)
    except (attached.TooLarge, status.Refused) as error:
        raise ValidationError(str(error)) from error


def _keep(request: HttpRequest, record: models.Model) -> None:
    now, user = clock.now(), requests.user_of(request)
    attached.remove(record, requests.ids_of(request.POST.getlist("remove_file")) or [])
    for upload in request.FILES.getlist("new_files"):
        attached.add(record, upload.name or "", upload.read(attached.LARGEST + 1), now, user)
    for taken in _of_emails(request):
        if taken.file is not None:
            attached.take(record, taken.file, taken.name, taken.size, now, user)


def _of_emails(request: HttpRequest) -> list[Attachment]:
    ids = requests.ids_of(request.POST.getlist("take_file")) or []
    seen = queries.visible_to(requests.user_of(request)).values("pk")
    rows = Attachment.objects.filter(pk__in=ids[: prefill.MOST], email__in=seen, state=Attachment.State.DELIVERED)
    return list(rows.exclude(file=None).select_related("file"))


def download(record: models.Model, number: int) -> HttpResponseBase:
    """A file of a record, always as a download."""
    row = attached.find(record, number)
    if row is None:
        raise Http404
    return downloads.attachment(bytes(row.file.sha256), row.name)
