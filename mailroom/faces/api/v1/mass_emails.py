"""Mass emails (CR308000): everybody reads them, marketing and administrators change, prepare and send them."""

from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from ninja import Status as Answer
from ninja.errors import HttpError
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.refusals import Invalid
from mailroom.faces.api.v1 import beside
from mailroom.faces.api.v1.members import Place
from mailroom.faces.api.v1.records import Resource
from mailroom.faces.api.v1.schemas import ERRORS, LARGEST_ID, Page
from mailroom.flows.mailings import entity, prepare, preparing, responses, text
from mailroom.flows.mailings.models import MassEmail, MassEmailRecipient, Reason
from mailroom.flows.sending import from_template, outbox
from mailroom.mime import bodies
from mailroom.records.activities import linking
from mailroom.records.crm.models import Campaign, MarketingList
from mailroom.records.emails import status
from mailroom.records.notifications import language
from mailroom.records.notifications.render import TooLong

router = Router(tags=["mass emails"])
MASS_EMAILS = Resource(entity.KEY, plain=(), only_marketers=True)
PLAIN = (
    *("mass_email_id", "description", "reply_to", "subject", "body", "source", "campaign_members"),
    *("to_contacts", "to_leads", "to_employees"),
)


class MassEmailIn(Schema):
    """The fields of a mass email."""

    mass_email_id: str = Field("", max_length=32)
    description: str = Field(min_length=1, max_length=150)
    account: str = Field(max_length=64)
    reply_to: str = Field("", max_length=254)
    subject: str = Field(min_length=1, max_length=255)
    body: str = Field("", max_length=1_000_000)
    source: Literal["lists", "campaigns", "people"] = "lists"
    marketing_lists: list[str] = Field([], max_length=100)
    campaigns: list[str] = Field([], max_length=100)
    campaign_members: Literal["all", "never_sent"] = "all"
    to_contacts: bool = False
    to_leads: bool = False
    to_employees: bool = False


class MassEmailTestIn(Schema):
    """Where a test goes."""

    to: str = Field(max_length=254)


class Shown(Place):
    """Which recipients."""

    shown: Literal["", "chosen", "skipped", "failed", "bounced", "replied", "unsubscribed"] = ""


@router.get("", response={200: Page, **ERRORS})
def list_mass_emails(request: HttpRequest, place: Query[Place]) -> dict[str, Any]:
    """All of them with their counts, newest first."""
    rows = _rows(request).order_by("-pk").prefetch_related("marketing_lists", "campaigns")
    if place.cursor:
        rows = rows.filter(pk__lt=int(place.cursor))
    page = list(rows[: place.limit + 1])
    more, page = len(page) > place.limit, page[: place.limit]
    return {"items": _shown(page), "cursor": str(page[-1].pk) if more else None}


@router.post("", response={201: dict[str, Any], **ERRORS})
def add_mass_email(request: HttpRequest, values: MassEmailIn) -> Any:
    """Keep a new one, on hold."""
    rights.marketer(request)
    return Answer(201, _saved(request, MassEmail(), values))


@router.get("/{reference}", response={200: dict[str, Any], **ERRORS})
def show_mass_email(request: HttpRequest, reference: str) -> dict[str, Any]:
    """One of them, with its counts."""
    return _shown([_find(request, reference)])[0]


@router.put("/{reference}", response={200: dict[str, Any], **ERRORS})
def change_mass_email(request: HttpRequest, reference: str, values: MassEmailIn) -> dict[str, Any]:
    """Change it; it is on hold then. 409 while it is prepared or when its mail is on its way."""
    rights.marketer(request)
    return _saved(request, _find(request, reference), values)


@router.delete("/{reference}", response={204: None, **ERRORS})
def remove_mass_email(request: HttpRequest, reference: str) -> Any:
    """Delete it; 409 while it is prepared or when its mail is on its way: the links in it have to work."""
    user, row = rights.marketer(request), _find(request, reference)
    with transaction.atomic():
        _check(row)
        linking.forget([row], clock.now(), user)
        row.delete()
    return Answer(204, None)


@router.post("/{reference}/test", response={200: dict[str, int], **ERRORS})
def test_mass_email(request: HttpRequest, reference: str, values: MassEmailTestIn) -> dict[str, int]:
    """Send the mail of the first recipient to one address; its link unsubscribes nobody."""
    user, row = rights.marketer(request), _find(request, reference)
    try:
        to = values.to.replace("\x00", "")
        sent = text.send_test(row, _first(row), to, user, clock.now())
    except (text.NotReady, TooLong) as error:
        raise HttpError(422, str(error)) from error
    return {"email": sent.pk}


@router.get("/{reference}/preview", response={200: dict[str, Any], **ERRORS})
def preview_mass_email(request: HttpRequest, reference: str, recipient: int = 0) -> dict[str, Any]:
    """The mail of a recipient, or of the first one; before it is prepared, of nobody."""
    row = _find(request, reference)
    chosen = _first(row)
    if recipient:
        known = 0 < recipient <= LARGEST_ID
        chosen = row.recipients.filter(pk=recipient).select_related(*entity.WITH).first() if known else None
        if chosen is None:
            raise Http404
    try:
        made = text.filled(row, chosen, clock.now(), from_template.base_address())
    except TooLong as error:
        raise HttpError(422, str(error)) from error
    return {
        "recipient": chosen.pk if chosen else None,
        "to": chosen.address if chosen else "",
        "subject": made.subject,
        "html": made.html,
        "problems": list(map(str, text.problems(row))),
    }


@router.get("/{reference}/recipients", response={200: Page, **ERRORS})
def list_recipients(request: HttpRequest, reference: str, shown: Query[Shown]) -> dict[str, Any]:
    """Whom it goes to, with the outcome of each, and who was left out, with the reason."""
    row = _find(request, reference)
    rows, following = responses.page(row.pk, shown.shown, int(shown.cursor or 0), shown.limit)
    return {"items": list(map(_recipient, rows)), "cursor": str(following) if following else None}


beside.add(router, MASS_EMAILS, "mass emails")


@router.post("/{reference}/{work}", response={200: dict[str, Any], 202: dict[str, Any], **ERRORS})
def act(request: HttpRequest, reference: str, work: Literal["prepare", "hold", "send", "stop"]) -> Any:
    """Prepare freezes the recipients, as the job that `job` names; send queues their mail; stop and hold end that."""
    user, row = rights.marketer(request), _find(request, reference)
    try:
        if work == "prepare":
            preparing.start(row.pk, user, clock.now())
        elif work == "send":
            prepare.send(row.pk, clock.now())
        else:
            getattr(prepare, work)(row.pk)
    except text.NotReady as error:
        raise HttpError(422, str(error)) from error
    return Answer(202 if work == "prepare" else 200, _shown([_find(request, reference)])[0])


def _rows(request: HttpRequest) -> Any:
    return MASS_EMAILS.rows(request)


def _find(request: HttpRequest, reference: str) -> MassEmail:
    found: MassEmail = MASS_EMAILS.find(request, reference)
    return found


def _check(row: MassEmail) -> None:
    if fixed := prepare.keep_still(row):
        raise status.Refused(fixed)


def _first(row: MassEmail) -> MassEmailRecipient | None:
    rows = row.recipients.filter(reason=Reason.NONE).select_related(*entity.WITH)
    return rows.order_by("pk").first()


def _saved(request: HttpRequest, row: MassEmail, values: MassEmailIn) -> dict[str, Any]:
    """Keep it by the window's rules; raises Invalid with every wrong field, status.Refused where it may not change."""
    given = values.dict()
    errors: dict[str, str] = {}
    for name in PLAIN:
        if isinstance(given[name], str) and "\x00" in given[name]:
            raise Invalid({name: "Null characters are not allowed."})
        setattr(row, name, given[name])
    row.body = bodies.sanitise_html(language.with_tables(row.body))
    account = outbox.account_by_id(values.account.replace("\x00", ""))
    if account is None or account.personal_owner_id is not None:
        raise Invalid({"account": f"“{values.account}” was not found."})
    row.account = account
    lists = _named(MarketingList, "list_id", values.marketing_lists, errors, "marketing_lists")
    campaigns = _named(Campaign, "campaign_id", values.campaigns, errors, "campaigns")
    errors |= {problem.field: str(problem) for problem in text.problems(row)}
    with transaction.atomic():
        _check(row)
        prepare.number(row, clock.now(), rights.user_of(request))
        row.status = MassEmail.Status.ON_HOLD
        try:
            row.full_clean()
        except ValidationError as invalid:
            errors |= {name: " ".join(texts) for name, texts in invalid.message_dict.items()}
        if errors:
            raise Invalid(errors)
        row.save()
        row.marketing_lists.set(lists)
        row.campaigns.set(campaigns)
        linking.renamed(row)
    return _shown([row])[0]


def _named(model: Any, field: str, keys: list[str], errors: dict[str, str], name: str) -> list[Any]:
    rows = list(model.objects.filter(**{f"{field}__in": [key.replace("\x00", "") for key in keys]}))
    missing = set(keys) - {getattr(row, field) for row in rows}
    if missing:
        errors[name] = f"Not found: {', '.join(sorted(missing))}"
    return rows


def _shown(rows: list[MassEmail]) -> list[dict[str, Any]]:
    counts = responses.counts([row.pk for row in rows])
    return [
        {
            "id": row.pk,
            "status": row.status,
            "job": row.job_id,
            **{name: getattr(row, name) for name in PLAIN},
            "account": row.account.email_account_id,
            "marketing_lists": [one.list_id for one in row.marketing_lists.all()],
            "campaigns": [one.campaign_id for one in row.campaigns.all()],
            "owner": row.owner.employee_id if row.owner else None,
            "created_at": row.created_at.isoformat(),
            "prepared_at": row.prepared_at.isoformat() if row.prepared_at else None,
            "sent_at": row.sent_at.isoformat() if row.sent_at else None,
            "counts": responses.as_values(counts.get(row.pk, responses.Counts())),
        }
        for row in rows
    ]


def _recipient(row: Any) -> dict[str, Any]:
    key, _words, why = responses.outcome(row)
    return {
        "id": row.pk,
        "name": row.name,
        "address": row.address,
        "outcome": key,
        "reason": why,
        "email": row.email_id,
        **{name: getattr(row, f"{name}_id") for name in ("contact", "lead", "employee")},
        "campaign": row.campaign.campaign_id if row.campaign else None,
        "marketing_list": row.marketing_list.list_id if row.marketing_list else None,
    }
