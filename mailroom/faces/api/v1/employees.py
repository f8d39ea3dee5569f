"""Employees (EP203000); administrators change them."""

from ninja import Schema
from pydantic import Field

from mailroom.faces.api.v1 import records
from mailroom.faces.api.v1.records import Resource


class EmployeeIn(Schema):
    """The fields of an employee that may be given; `user` is a login."""

    employee_id: str = Field("", max_length=32, pattern=r"^[^/]*$")
    name: str = Field("", max_length=150)
    email: str = Field("", max_length=254)
    user: str | None = Field(None, max_length=64)
    active: bool = True
    route_emails: bool = True


EMPLOYEES = Resource(
    "employee",
    plain=("employee_id", "name", "email", "active", "route_emails"),
    relations=("user",),
    only_administrators=True,
)
router = records.router(EMPLOYEES, EmployeeIn, "employees")
