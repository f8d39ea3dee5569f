"""Finding an email for a view: signed in, and among those that this person may see; else it does not exist."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from mailroom.faces.windows.kit import requests
from mailroom.faces.windows.kit.registry import WRITERS
from mailroom.faces.windows.mail import tables
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import User

LARGEST_ID = 2**63 - 1


def find(request: HttpRequest, key: int) -> Email:
    """The email with its content; Http404 for a stranger as for a number that nobody has."""
    if not request.user.is_authenticated or not 0 < key <= LARGEST_ID:
        raise Http404
    email = tables.visible(request).select_related("content", "account", "owner").filter(pk=key).first()
    if email is None:
        raise Http404
    return email


def writer(request: HttpRequest) -> User:
    """The person, who may change mail; PermissionDenied for a reader."""
    user = requests.user_of(request)
    if user.role not in WRITERS:
        raise PermissionDenied
    return user


def may_write(request: HttpRequest) -> bool:
    """Whether this person's role may change mail."""
    return requests.user_of(request).role in WRITERS
