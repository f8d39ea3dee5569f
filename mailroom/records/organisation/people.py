"""Creating users by the rules of SM201010."""

import re
from collections.abc import Collection

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from mailroom.base import audit
from mailroom.records.organisation.models import Employee, User
from mailroom.records.organisation.models.people import Role

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


class Invalid(ValueError):
    """What a person entered cannot be; the text says why."""


class NotAllowed(ValueError):
    """What a person asked for would lock people out; the text says why."""


def create_user(login: str, email: str, role: str, password: str | None = None, full_name: str = "") -> User:
    """A saved user, with an employee of the same name unless it is an API client. Raises Invalid."""
    login = login.strip().lower()
    if not LOGIN.fullmatch(login):
        raise Invalid(_("A login has 1 to 64 letters, digits, dots, dashes, underscores or @."))
    if User.objects.filter(login=login).exists():
        raise Invalid(_("The login %(login)s is taken.") % {"login": login})
    if role not in Role.values:
        raise Invalid(_("The role is one of %(roles)s.") % {"roles": ", ".join(Role.values)})
    try:
        if email:
            validate_email(email)
        if password:
            password_validation.validate_password(password)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from error
    user = User.objects.create_user(login, email, password, role=role, full_name=full_name)
    if role != Role.API:
        Employee.objects.create(employee_id=login[:32], name=full_name or login, email=email, user=user)
    return user


def delete(user: User, by: User) -> None:
    """Delete a user. Raises NotAllowed for oneself and for the last active administrator."""
    others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=user.pk)
    if user.pk == by.pk or not others.exists():
        raise NotAllowed(_("You cannot delete yourself or the last administrator."))
    user.delete()


def named(word: str) -> Q:
    """Users with `word` in login, name or address."""
    return Q(login__icontains=word) | Q(full_name__icontains=word) | Q(email__icontains=word)


def employees_by_address(folded: Collection[str]) -> dict[str, Employee]:
    """Active employees by their own folded address and their user's; those who left do not count."""
    rows = Employee.objects.filter(active=True).exclude(user__is_active=False).select_related("user")
    rows = rows.annotate(own=Lower("email"), of_user=Lower("user__email"))
    found: dict[str, Employee] = {}
    for row in rows.filter(Q(own__in=folded) | Q(of_user__in=folded)).order_by("pk"):
        for text in filter(None, (row.own, row.of_user)):
            found.setdefault(text, row)
    return found


def join(user: User, employee: Employee | None, make_one: bool = False) -> None:
    """Make `employee` the employee that the user is; without one, `make_one` makes one of the same name."""
    others = Employee.objects.filter(user=user)
    audit.update(others.exclude(pk=employee.pk) if employee is not None else others, user=None)
    if employee is not None:
        audit.update(Employee.objects.filter(pk=employee.pk).exclude(user=user), user=user)
    elif make_one:
        free = user.login[:32]
        if not Employee.objects.filter(employee_id=free).exists():
            Employee.objects.create(employee_id=free, name=str(user), email=user.email, user=user)
    user._state.fields_cache.pop("employee", None)


def address_of(employee: Employee) -> str:
    """Where an employee gets mail: the address in EP203000, else the one in SM201010; empty without any."""
    return employee.email or (employee.user.email if employee.user else "")


def together(*found: object) -> str:
    """A work group and an owner, or whoever there is of them, in words."""
    return ", ".join(str(one) for one in found if one)


def works(employee: Employee | None) -> bool:
    """Whether somebody may receive work: inactive people never do."""
    return employee is not None and employee.active and (employee.user is None or employee.user.is_active)
