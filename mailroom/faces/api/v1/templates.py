"""Notification templates (SM204003): the texts that automatic mail is made from."""

from dataclasses import asdict
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.v1 import beside
from mailroom.faces.api.v1.schemas import ERRORS, LARGEST_ID
from mailroom.flows.sending import from_template
from mailroom.mime import bodies
from mailroom.records.emails import status
from mailroom.records.notifications import checking, files, render, saving, sources, versions
from mailroom.records.notifications.models import NotificationTemplate, TemplateFile
from mailroom.records.preferences import current

router = Router(tags=["templates"])
SHOWN = ("id", "notification_id", "description", "to", "cc", "bcc", "subject", "window_id", "locale", "body", "shipped")


class TemplateIn(Schema):
    """The fields that may be set; what is left out keeps its value."""

    description: str = Field("", max_length=150)
    to: str = Field("", max_length=2000)
    cc: str = Field("", max_length=2000)
    bcc: str = Field("", max_length=2000)
    subject: str = Field("", max_length=2000)
    window_id: str = Field("", max_length=16)
    locale: str = Field("", max_length=16)
    body: str = Field("", max_length=saving.LONGEST_BODY)


@router.get("", response={200: list[dict[str, Any]], **ERRORS})
def list_templates(request: HttpRequest) -> list[dict[str, Any]]:
    """All templates, one for each notification and locale."""
    rights.administrator(request)
    return [_plain(template) for template in NotificationTemplate.objects.all()[:1000]]


@router.post("", response={201: dict[str, Any], **ERRORS})
def create(request: HttpRequest, values: TemplateIn) -> Status[dict[str, Any]]:
    """A new template; its ID is made from the description."""
    rights.administrator(request)
    return Status(201, _save(request, NotificationTemplate(), values))


@router.get("/{number}", response={200: dict[str, Any], **ERRORS})
def show(request: HttpRequest, number: int) -> dict[str, Any]:
    """One template."""
    rights.administrator(request)
    return _plain(_find(number))


@router.patch("/{number}", response={200: dict[str, Any], **ERRORS})
def change(request: HttpRequest, number: int, values: TemplateIn) -> dict[str, Any]:
    """Change some of it; the text that welcomes new users keeps its four places."""
    rights.administrator(request)
    return _save(request, _find(number), values)


@router.delete("/{number}", response={204: None, **ERRORS})
def delete(request: HttpRequest, number: int) -> Status[None]:
    """Remove a template that was not shipped."""
    rights.administrator(request)
    saving.delete(_find(number))
    return Status(204, None)


class TryIn(Schema):
    """With which record of the template's window it is tried; None: with none. `to` gets the test."""

    record: int | None = None


class TemplateTestIn(TryIn):
    """The one address that the test goes to."""

    to: str = Field(min_length=1, max_length=254)


@router.post("/{number}/preview", response={200: dict[str, Any], **ERRORS})
def preview(request: HttpRequest, number: int, wanted: TryIn) -> dict[str, Any]:
    """The mail that the template makes of a record, and what is wrong in it; nothing is sent."""
    rights.administrator(request)
    template = _find(number)
    problems = [asdict(one) for one in checking.of_placeholders(template)]
    try:
        mail = from_template.filled(template, _record(request, template, wanted.record), clock.now())
    except render.TooLong as error:
        raise saving.Invalid({"body": str(error)}) from error
    account = from_template.account_of(template)
    made = {name: getattr(mail, name) for name in ("to", "cc", "bcc", "subject", "html")}
    about = {"from": account and account.email_account_id, "missing": list(mail.missing), "problems": problems}
    return made | {"text": bodies.text_from_html(mail.html)} | about


@router.post("/{number}/test", response={202: dict[str, Any], **ERRORS})
def send_test(request: HttpRequest, number: int, wanted: TemplateTestIn) -> Status[dict[str, Any]]:
    """Send that mail to one address alone, whatever the template's To, CC and BCC say; answers the queued email."""
    user, template = rights.administrator(request), _find(number)
    record = _record(request, template, wanted.record)
    try:
        email = from_template.send_test(template, record, wanted.to.replace("\x00", ""), user, clock.now())
    except (from_template.NoAccount, render.TooLong) as error:
        raise status.Refused(str(error)) from error
    return Status(202, {"email": email.pk})


@router.get("/{number}/files", response={200: list[dict[str, Any]], **ERRORS})
def list_files(request: HttpRequest, number: int) -> list[dict[str, Any]]:
    """The files that go with every mail of the template."""
    rights.administrator(request)
    return [_file(row) for row in _find(number).files.all()]


@router.post("/{number}/files", response={201: dict[str, Any], **ERRORS})
def add_file(request: HttpRequest, number: int, file: beside.NewFile) -> Status[dict[str, Any]]:
    """Add a file."""
    rights.administrator(request)
    return Status(201, _file(files.add(_find(number), file.name, beside.content_of(file))))


@router.delete("/{number}/files/{file}", response={204: None, **ERRORS})
def remove_file(request: HttpRequest, number: int, file: int) -> Status[None]:
    """Remove a file."""
    rights.administrator(request)
    if not 0 < file <= LARGEST_ID or not files.remove(_find(number), [file]):
        raise Http404
    return Status(204, None)


def _file(row: TemplateFile) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name, "size": row.size}


def _record(request: HttpRequest, template: NotificationTemplate, number: int | None) -> Any:
    source = sources.of_window(template.window_id)
    if number is None:
        return None
    rows = source.rows(rights.user_of(request)) if source is not None and 0 < number <= LARGEST_ID else None
    found = rows.filter(pk=number).first() if rows is not None else None
    if found is None:
        raise Http404
    return found


@router.get("/{number}/versions", response={200: list[dict[str, Any]], **ERRORS})
def list_versions(request: HttpRequest, number: int) -> list[dict[str, Any]]:
    """Its versions, newest first: the first is what stands. A `saved_at` of null is the text as it was shipped."""
    rights.administrator(request)
    rows = _find(number).versions.select_related("saved_by")[:200]
    return [
        {"id": one.pk, "saved_at": one.saved_at, "saved_by": one.saved_by and one.saved_by.login, "values": one.values}
        for one in rows
    ]


@router.post("/{number}/versions/{version}/restore", response={200: dict[str, Any], **ERRORS})
def restore(request: HttpRequest, number: int, version: int) -> dict[str, Any]:
    """Put an earlier version back; it becomes the newest one."""
    user = rights.administrator(request)
    found = _find(number).versions.filter(pk=version).first() if 0 < version <= LARGEST_ID else None
    if found is None:
        raise Http404
    return _plain(saving.save(versions.put_back(found), user, clock.now()))


def _find(number: int) -> NotificationTemplate:
    template = NotificationTemplate.objects.filter(pk=number).first() if 0 < number <= LARGEST_ID else None
    if template is None:
        raise Http404
    return template


def _save(request: HttpRequest, template: NotificationTemplate, values: TemplateIn) -> dict[str, Any]:
    for name, value in values.dict(exclude_unset=True).items():
        setattr(template, name, value.replace("\x00", ""))
    welcomes = template.pk and current.read().new_user_welcome_email_template_id == template.pk
    problem = render.welcome_problem(template.body) if welcomes else ""
    if problem:
        raise saving.Invalid({"body": problem})
    return _plain(saving.save(template, rights.user_of(request), clock.now()))


def _plain(template: NotificationTemplate) -> dict[str, Any]:
    return {name: getattr(template, name) for name in SHOWN}
