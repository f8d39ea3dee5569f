"""Users (SM201010): for administrators; passwords and tokens are never shown."""

import zoneinfo
from typing import Any, Literal

from django.contrib.auth import password_validation
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest
from ninja import Router, Schema
from ninja import Status as Answer
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.refusals import Invalid
from mailroom.faces.api.v1.schemas import ERRORS
from mailroom.flows.sending import security
from mailroom.records.organisation import features, people
from mailroom.records.organisation.models import Employee, User
from mailroom.records.organisation.models.people import Role

router = Router(tags=["users"])
Roles = Literal["administrator", "supervisor", "agent", "marketing", "reader", "api"]
MOST = 1000


class UserFields(Schema):
    """What a user has."""

    full_name: str = Field("", max_length=150)
    email: str = Field("", max_length=254)
    role: Roles = "agent"
    is_active: bool = True
    language: str = Field("en", max_length=8)
    time_zone: str = Field("Europe/Oslo", max_length=64)


class UserIn(UserFields):
    """The fields that may be changed."""

    employee: str | None = Field(None, max_length=32, description="The ID of the employee that the user is.")
    new_password: str = Field("", max_length=200, description="Only an administrator in person may set one.")


class NewUserIn(UserFields):
    """A new user; without a password only a link or a token signs in."""

    login: str = Field(max_length=64)
    password: str = Field("", max_length=200)


@router.get("", response={200: list[dict[str, Any]], **ERRORS})
def list_users(request: HttpRequest) -> list[dict[str, Any]]:
    """Users by login; the first thousand."""
    rights.administrator(request)
    return [_show(user) for user in User.objects.select_related("employee")[:MOST]]


@router.post("", response={201: dict[str, Any], **ERRORS})
def create_user(request: HttpRequest, new: NewUserIn) -> Any:
    """Create a user, with an employee of the same name unless it is an API client."""
    rights.administrator(request)
    _check(new)
    _refuse_to_programs(request, Role(new.role) == Role.ADMINISTRATOR or bool(new.password))
    login, password = new.login.replace("\x00", ""), new.password or None
    user = people.create_user(login, new.email, new.role, password, new.full_name)
    user.is_active, user.language, user.time_zone = new.is_active, new.language, new.time_zone
    user.save(update_fields=["is_active", "language", "time_zone"])
    made = _find(user.login)
    if made.role != Role.API and made.is_active:
        security.welcome(made, clock.now())
    return Answer(201, _show(made))


@router.get("/{login}", response={200: dict[str, Any], **ERRORS})
def show_user(request: HttpRequest, login: str) -> dict[str, Any]:
    """One user."""
    rights.administrator(request)
    return _show(_find(login))


@router.patch("/{login}", response={200: dict[str, Any], **ERRORS})
def change_user(request: HttpRequest, login: str, values: UserIn) -> dict[str, Any]:
    """Change some fields; the last active administrator stays one."""
    rights.administrator(request)
    user, given = _find(login), values.dict(exclude_unset=True)
    _check(values)
    _refuse_to_programs(
        request,
        Role.ADMINISTRATOR in {user.role, given.get("role")}
        or given.get("email", user.email) != user.email  # the next link to choose a password would go there
        or (not user.is_active and given.get("is_active", False)),
    )
    password, employee = given.pop("new_password", ""), _employee(user, given)
    if password:
        rights.person_administrator(request)
        _check_password(password, user)
        user.set_password(password)
    for name, value in given.items():
        if name != "employee":
            setattr(user, name, value)
    if user.role != Role.ADMINISTRATOR or not user.is_active:
        others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
        if others.filter(pk=user.pk).exists() and not others.exclude(pk=user.pk).exists():
            raise Invalid({"role": "This is the last active administrator. Make another user one first."})
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as invalid:
        raise Invalid({name: " ".join(texts) for name, texts in invalid.message_dict.items()}) from invalid
    with transaction.atomic():
        user.save()
        if "employee" in given:
            people.join(user, employee)
    if password:
        security.password_changed(user, clock.now())
    return _show(_find(login))


@router.delete("/{login}", response={204: None, **ERRORS})
def delete_user(request: HttpRequest, login: str) -> Any:
    """Delete a user; oneself and the last administrator are refused (409)."""
    by, user = rights.administrator(request), _find(login)
    _refuse_to_programs(request, user.role == Role.ADMINISTRATOR)
    people.delete(user, by)
    return Answer(204, None)


def _refuse_to_programs(request: HttpRequest, would_make_one_a_person: bool) -> None:
    """A program that could make or become an administrator would need no right of its own."""
    if would_make_one_a_person and not rights.in_person(request):
        raise PermissionDenied


def _employee(user: User, given: dict[str, Any]) -> Employee | None:
    name = str(given.get("employee") or "").replace("\x00", "")
    employee = Employee.objects.filter(employee_id__iexact=name).first() if name else None
    if name and employee is None:
        raise Invalid({"employee": f"“{name}” was not found."})
    if employee is not None and employee.user_id not in {None, user.pk}:
        raise Invalid({"employee": f"{employee} belongs to another user."})
    return employee


def _check_password(password: str, user: User) -> None:
    try:
        password_validation.validate_password(password, user)
    except ValidationError as invalid:
        raise Invalid({"new_password": " ".join(invalid.messages)}) from invalid


def _check(values: UserFields) -> None:
    errors: dict[str, str] = {}
    if "\x00" in f"{values.full_name}{values.email}":
        errors["full_name"] = "Null characters are not allowed."
    if values.language not in dict(features.locales()):
        errors["language"] = "It is one of " + ", ".join(code for code, _name in features.locales()) + "."
    if values.time_zone not in zoneinfo.available_timezones():
        errors["time_zone"] = "It is no time zone, such as Europe/Oslo."
    if errors:
        raise Invalid(errors)


def _find(login: str) -> User:
    user = User.objects.select_related("employee").filter(login=login.lower().replace("\x00", "")).first()
    if user is None:
        raise Http404
    return user


def _show(user: User) -> dict[str, Any]:
    employee = getattr(user, "employee", None)
    found = {name: getattr(user, name) for name in ("login", "full_name", "email", "role", "is_active")}
    found |= {"language": user.language, "time_zone": user.time_zone}
    found["last_login"] = user.last_login.isoformat() if user.last_login else None
    return found | {"employee": employee.employee_id if employee else None}
