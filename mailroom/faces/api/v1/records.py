"""What the resources of records share: lists by key, one record, create, change, delete."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from ninja import Status as Answer
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.refusals import Invalid
from mailroom.faces.api.v1 import beside
from mailroom.faces.api.v1.schemas import ERRORS, LARGEST_ID, Page, operation
from mailroom.records.activities import linking, saving
from mailroom.records.crm import entities
from mailroom.records.crm.models import BusinessAccount, Case, CaseClass, Contact, Lead
from mailroom.records.emails import queries
from mailroom.records.organisation import features
from mailroom.records.organisation.models import Employee, User, Workgroup

KNOWN_BY: dict[type[models.Model], str] = {
    Employee: "employee_id",
    Workgroup: "workgroup_id",
    CaseClass: "class_id",
    BusinessAccount: "account_id",
    Contact: "pk",
    Lead: "pk",
    Case: "case_id",
    User: "login",
}


class RecordFilters(Schema):
    """How a list is narrowed."""

    query: str = Field("", max_length=200)
    cursor: str = Field("", pattern=r"^\d{0,18}$")
    limit: int = Field(50, ge=1, le=500)


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of record as the API shows it: plain fields, relations by their business keys, and who may write."""

    kind: str
    plain: tuple[str, ...]
    relations: tuple[str, ...] = ()
    read_only: tuple[str, ...] = ()
    feature: str = ""
    only_administrators: bool = False
    only_marketers: bool = False
    key: str = field(default="")

    @property
    def type(self) -> entities.EntityType:
        """The registered type."""
        return entities.TYPES[self.kind]

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        """Those the person may see."""
        if self.feature and not features.is_on(self.feature):
            raise PermissionDenied
        return self.type.rows(rights.user_of(request)).select_related(*self.relations)

    def find(self, request: HttpRequest, reference: str) -> Any:
        """By number or key; 404 for none."""
        self.rows(request)
        record = self.type.find(rights.user_of(request), reference.replace("\x00", ""))
        if record is None:
            raise Http404
        return record

    def writer(self, request: HttpRequest) -> User:
        """The user, who may change these records."""
        if self.only_marketers:
            return rights.marketer(request)
        return rights.administrator(request) if self.only_administrators else rights.writer(request)

    def show(self, record: Any) -> dict[str, Any]:
        """The record's fields; relations by their business keys."""
        found: dict[str, Any] = {"id": record.pk}
        for name in (*self.read_only, *self.plain):
            value = getattr(record, name)
            found[name] = value.isoformat() if hasattr(value, "isoformat") else str(value) if _odd(value) else value
        for name in self.relations:
            row = getattr(record, name)
            found[name] = getattr(row, KNOWN_BY[type(row)]) if row is not None else None
        return found | {"description_line": entities.of_record(record).describe(record)}

    def change(self, record: Any, values: Mapping[str, Any]) -> None:
        """Set fields; raises Invalid with every wrong one."""
        errors: dict[str, str] = {}
        for name, value in values.items():
            if name in self.relations:
                related = self.type.model._meta.get_field(name).related_model
                row = _related(related, value)
                if row is None and value not in (None, ""):
                    errors[name] = f"“{value}” was not found."
                setattr(record, name, row)
            elif isinstance(value, str) and "\x00" in value:
                errors[name] = "Null characters are not allowed."
            elif name in self.plain:
                setattr(record, name, value)
        try:
            record.full_clean(exclude=[*self.read_only, *errors])
        except ValidationError as invalid:
            errors |= {name: " ".join(texts) for name, texts in invalid.message_dict.items()}
        if errors:
            raise Invalid(errors)


@dataclass(frozen=True, slots=True)
class OfSeveralTypes(Resource):
    """Records of one table that are of several registered types, such as business accounts; `kind` is any of them."""

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        """All of them, whatever their type."""
        return self.type.model._default_manager.select_related(*self.relations)

    def find(self, request: HttpRequest, reference: str) -> Any:
        """By the business key, else by key; 404 for none."""
        text = reference.replace("\x00", "")
        known_by = KNOWN_BY.get(self.type.model, "pk")
        record = self.rows(request).filter(**{f"{known_by}__iexact": text}).first() if known_by != "pk" else None
        if record is None and entities.is_key(text):
            record = self.rows(request).filter(pk=int(text)).first()
        if record is None:
            raise Http404
        return record


def _odd(value: Any) -> bool:
    return not isinstance(value, (str, int, float, bool, type(None)))


def _related(model: Any, value: Any) -> Any:
    if value in (None, ""):
        return None
    name, text = KNOWN_BY[model], str(value).replace("\x00", "")
    if name == "pk":
        return model.objects.filter(pk=int(text)).first() if entities.is_key(text) else None
    return model.objects.filter(**{f"{name}__iexact": text}).first()


def save(resource: Resource, request: HttpRequest, record: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Change and save a record, and make `emails` its activities; emails that the person may not see are a 404."""
    user, now = resource.writer(request), clock.now()
    ids = list(dict.fromkeys(given.pop("emails", None) or []))
    if any(not 0 < one <= LARGEST_ID for one in ids) or queries.visible_to(user).filter(pk__in=ids).count() != len(ids):
        raise Http404
    related = given.pop("related", None)
    with transaction.atomic():
        if related is not None:
            _relate(record, related, user)
        resource.change(record, given)
        saving.save(record, now, user)
        linking.link(ids, record, now, user)
    return resource.show(resource.rows(request).get(pk=record.pk))


def _relate(record: Any, related: dict[str, Any], user: User) -> None:
    """The record that a task or event is for."""
    target = linking.related(linking.find(str(related.get("type", "")), related.get("id", ""), user))
    record.related_entity_type, record.related_entity_id = target.type, target.id
    record.related_entity_description = target.description


def router(resource: Resource, schema: type[Schema], tag: str) -> Router:
    """The addresses of one resource; `schema` are the fields that may be given, all of them optional."""
    made = Router(tags=[tag])

    @made.get("", response={200: Page, **ERRORS}, summary=f"List {tag}", operation_id=operation("list", tag))
    def list_records(request: HttpRequest, filters: Query[RecordFilters]) -> dict[str, Any]:
        rows = resource.rows(request)
        if filters.query:
            found = resource.type.search_for(rights.user_of(request), filters.query)
            rows = rows.filter(pk__in=found.values("pk"))
        if filters.cursor:
            rows = rows.filter(pk__lt=int(filters.cursor))
        page = list(rows.order_by("-pk")[: filters.limit + 1])
        more = len(page) > filters.limit
        page = page[: filters.limit]
        return {"items": [resource.show(row) for row in page], "cursor": str(page[-1].pk) if more else None}

    summary = f"Create one of {tag}"

    @made.post("", response={201: dict[str, Any], **ERRORS}, summary=summary, operation_id=operation("create", tag))
    def create(request: HttpRequest, values: schema) -> Any:  # type: ignore[valid-type]  # read when it runs
        resource.writer(request)
        resource.rows(request)
        record = resource.type.model()
        return Answer(201, save(resource, request, record, values.dict(exclude_unset=True)))  # type: ignore[attr-defined]

    add_single(made, resource, schema, tag)
    return made


def add_single(made: Router, resource: Resource, schema: type[Schema], tag: str) -> None:
    """The addresses of one record, its Activities and its files."""
    one = "/{reference}"

    summary = f"Show one of {tag}"

    @made.get(one, response={200: dict[str, Any], **ERRORS}, summary=summary, operation_id=operation("show", tag))
    def show(request: HttpRequest, reference: str) -> dict[str, Any]:
        return resource.show(resource.find(request, reference))

    summary = f"Change one of {tag}"

    @made.patch(one, response={200: dict[str, Any], **ERRORS}, summary=summary, operation_id=operation("change", tag))
    def change(request: HttpRequest, reference: str, values: schema) -> dict[str, Any]:  # type: ignore[valid-type]
        resource.writer(request)
        given = values.dict(exclude_unset=True)  # type: ignore[attr-defined]
        return save(resource, request, resource.find(request, reference), given)

    @made.delete(
        one, response={204: None, **ERRORS}, summary=f"Delete one of {tag}", operation_id=operation("delete", tag)
    )
    def delete(request: HttpRequest, reference: str) -> Any:
        user, record = resource.writer(request), resource.find(request, reference)
        with transaction.atomic():
            linking.forget([record], clock.now(), user)
            record.delete()
        return Answer(204, None)

    beside.add(made, resource, tag)
