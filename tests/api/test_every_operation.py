"""Every operation of the OpenAPI document answers the questions: works, teammate, stranger, bad id, wrong method."""

import functools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from mailroom.faces.api.v1 import api
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import Employee, User
from tests.factories import emails
from tests.factories.pages import signed_in

pytestmark = pytest.mark.django_db
METHODS = ("get", "post", "put", "patch", "delete")
NOBODY = {"integer": "999999", "string": "NOBODY"}
FORMATS = {"date-time": "2030-01-01T08:00:00Z", "email": "kari@example.org"}
# What everybody who is signed in does for himself: a role that only reads may, too.
OWN = (
    "/me",
    "/filters",
    "/emails/{number}/snooze",
    "/emails/{number}/read",
    "/emails/{number}/unread",
    "/jobs/{number}",
)


@functools.cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    found: dict[str, Any] = api.get_openapi_schema()
    return found


def operations() -> Iterator[tuple[str, str]]:
    """Every method and path."""
    for path, methods in document()["paths"].items():
        for method in methods:
            yield method, path


OPERATIONS = list(operations())
MADE_BY_PUT = {("put", "/api/v1/accounts/{email_account_id}"), ("put", "/api/v1/locales/{code}")}
WITH_ID = [one for one in OPERATIONS if "{" in one[1] and one not in MADE_BY_PUT]
CHANGING = [(method, path) for method, path in OPERATIONS if method != "get"]
LISTS = [path for method, path in OPERATIONS if method == "get" and "{" not in path]
FOR_ADMINISTRATORS = ("post", "/api/v1/emails/{number}/attachments/{attachment}/release")
OF_AN_EMAIL = [one for one in OPERATIONS if one[1].startswith("/api/v1/emails/{number}") and one != FOR_ADMINISTRATORS]


def address(method: str, path: str, **values: str) -> str:
    """The path with an id that nobody has in each place, but for what is given or can be one of a list only."""
    for one in document()["paths"][path][method].get("parameters", []):
        if one["in"] == "path":
            schema = one["schema"]
            value = schema["enum"][0] if "enum" in schema else values.get(one["name"], NOBODY[schema["type"]])
            path = path.replace("{" + one["name"] + "}", value)
    return path


def sample(schema: dict[str, Any]) -> Any:
    """The smallest value that a schema allows."""
    if "$ref" in schema:
        return sample(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    for one in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        return sample(one)
    if schema.get("type") == "object" or "properties" in schema:
        return {name: sample(schema["properties"][name]) for name in schema.get("required", ())}
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    values: dict[str, Any] = {
        "string": "x" * max(1, schema.get("minLength", 1)),
        "integer": max(1, schema.get("minimum", 1)),
        "number": 1,
        "boolean": True,
        "array": [sample(schema["items"])] if schema.get("minItems") else [],
    }
    return values.get(schema.get("type", ""), "x")


def ask(client: Client, method: str, path: str, where: str) -> Any:
    """The smallest request that the document allows."""
    content = document()["paths"][path].get(method, {}).get("requestBody", {}).get("content", {})
    body = sample(next(iter(content.values()))["schema"]) if content else None
    kind = {"content_type": "application/json"} if method != "get" else {}
    return getattr(client, method)(where, *([body] if body is not None else []), **kind)


@pytest.fixture
def boss(administrator: User) -> Client:
    return signed_in(administrator)


@pytest.fixture
def reader(db: None) -> Client:
    """A teammate whose role only reads."""
    return signed_in(User.objects.create_user("lea", role="reader"))


def test_a_list_works(boss: Client) -> None:
    answers = {path: boss.get(path).status_code for path in LISTS}
    assert {path: code for path, code in answers.items() if code != 200} == {}


def test_nobody_gets_in_without_signing_in(client: Client) -> None:
    answers = {one: ask(client, *one, address(*one)).status_code for one in OPERATIONS}
    assert {one: code for one, code in answers.items() if code != 401} == {}


def test_an_id_that_nobody_has_is_not_found(boss: Client) -> None:
    answers = {one: ask(boss, *one, address(*one)).status_code for one in WITH_ID}
    assert {one: code for one, code in answers.items() if code != 404} == {}


def test_a_teammate_who_only_reads_changes_nothing(reader: Client) -> None:
    asked = [one for one in CHANGING if not one[1].removeprefix("/api/v1").startswith(OWN)]
    answers = {one: ask(reader, *one, address(*one)).status_code for one in asked}
    assert {one: code for one, code in answers.items() if code != 403} == {}


def test_a_strangers_email_is_not_found(agent: User, administrator: User) -> None:
    kept = emails.make("Not yours", owner=Employee.objects.get(user=administrator))
    stranger, before = signed_in(agent), Email.objects.filter(pk=kept.pk).values().get()
    answers = {one: ask(stranger, *one, address(*one, number=str(kept.pk))).status_code for one in OF_AN_EMAIL}
    assert {one: code for one, code in answers.items() if code != 404} == {}
    assert Email.objects.filter(pk=kept.pk).values().get() == before


def test_a_method_that_is_not_there_is_refused(boss: Client) -> None:
    answers = {}
    for path, known in document()["paths"].items():
        where = address(next(iter(known)), path)
        for method in METHODS:
            if not any(_fits(other, where) and method in methods for other, methods in document()["paths"].items()):
                answers[method, path] = getattr(boss, method)(where, content_type="application/json").status_code
    assert {one: code for one, code in answers.items() if code != 405} == {}


def _fits(path: str, where: str) -> bool:
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)), where) is not None


@pytest.mark.parametrize("name", ["contacts", "leads", "cases", "tasks", "events", "expense-receipts", "employees"])
def test_a_record_is_made_shown_changed_and_deleted(boss: Client, name: str) -> None:
    needed = {
        "contacts": {"name": "Moe"},
        "leads": {"name": "Moe"},
        "expense-receipts": {"description": "Taxi", "date": "2030-01-01"},
        "employees": {"employee_id": "E77", "name": "Moe"},
        "events": {"subject": "Talk", "starts_at": "2030-01-01T08:00:00Z", "ends_at": "2030-01-01T09:00:00Z"},
    }.get(name, {"subject": "Crates", "description": "Crates"})
    made = boss.post(f"/api/v1/{name}", needed, content_type="application/json")
    assert made.status_code == 201, made.content
    where = f"/api/v1/{name}/{made.json()['id']}"
    assert boss.get(where).status_code == 200
    assert boss.patch(where, {}, content_type="application/json").status_code == 200
    assert boss.get(f"{where}/activities").status_code == boss.get(f"{where}/files").status_code == 200
    assert boss.delete(where).status_code == 204
    assert boss.get(where).status_code == 404
