"""The state machine of an email as a pure table (BEHAVIOUR 1): what is allowed in which state, and what follows."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from mailroom.records.emails.models import Box, Direction, Status


class Action(StrEnum):
    """What a person or a flow does to an email."""

    SAVE = "save"
    SEND = "send"
    TAKE = "take"
    RETURN = "return"
    FINISH = "finish"
    FAIL = "fail"
    PROCESS = "process"
    CANCEL = "cancel"
    HOLD = "hold"
    SEND_TO_REST = "send_to_rest"
    CONFIRM = "confirm"
    DELETE = "delete"
    DELETE_PERMANENTLY = "delete_permanently"
    RESTORE = "restore"
    ARCHIVE = "archive"
    RESTORE_FROM_ARCHIVE = "restore_from_archive"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an email stands: all that the table needs to know of it."""

    direction: str
    status: str
    archived: bool = False
    status_before_delete: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an action is not allowed now, in words for a person."""

    reason: str


ALLOWED: dict[Action, frozenset[str]] = {
    Action.SAVE: frozenset({Status.DRAFT, Status.CANCELED}),
    Action.SEND: frozenset({Status.DRAFT, Status.CANCELED}),
    Action.TAKE: frozenset({Status.PENDING}),
    Action.RETURN: frozenset({Status.IN_PROCESS}),
    Action.FINISH: frozenset({Status.IN_PROCESS, Status.PENDING}),
    Action.FAIL: frozenset({Status.IN_PROCESS, Status.PENDING}),
    Action.PROCESS: frozenset({Status.PENDING, Status.FAILED}),
    Action.CANCEL: frozenset({Status.PENDING}),
    Action.HOLD: frozenset({Status.PENDING, Status.IN_PROCESS}),
    Action.SEND_TO_REST: frozenset({Status.PROCESSED, Status.FAILED}),
    Action.CONFIRM: frozenset({Status.FAILED}),
    Action.DELETE: frozenset({Status.DRAFT, Status.PENDING, Status.PROCESSED, Status.FAILED, Status.CANCELED}),
    Action.DELETE_PERMANENTLY: frozenset({Status.DELETED}),
    Action.RESTORE: frozenset({Status.DELETED}),
    Action.ARCHIVE: frozenset({Status.PROCESSED}),
    Action.RESTORE_FROM_ARCHIVE: frozenset({Status.PROCESSED}),
}

AFTER: dict[Action, str] = {
    Action.SAVE: Status.DRAFT,
    Action.SEND: Status.PENDING,
    Action.TAKE: Status.IN_PROCESS,
    Action.RETURN: Status.PENDING,
    Action.FINISH: Status.PROCESSED,
    Action.FAIL: Status.FAILED,
    Action.PROCESS: Status.PENDING,
    Action.CANCEL: Status.CANCELED,
    Action.HOLD: Status.PENDING,
    Action.SEND_TO_REST: Status.PENDING,
    Action.CONFIRM: Status.PROCESSED,
    Action.DELETE: Status.DELETED,
    Action.DELETE_PERMANENTLY: Status.DELETED,
}

OUTGOING_ONLY = frozenset({Action.SAVE, Action.SEND, Action.CANCEL, Action.HOLD, Action.SEND_TO_REST, Action.CONFIRM})


def decide(standing: Standing, action: Action) -> Standing | Refusal:
    """What an email becomes by `action`, or why it may not: a pure function of where it stands."""
    outgoing = standing.direction == Direction.OUTGOING
    if standing.status not in ALLOWED[action] or (action in OUTGOING_ONLY and not outgoing):
        return Refusal(_refusal(standing, action))
    if action is Action.DELETE and outgoing and standing.status == Status.PENDING:
        return Refusal(_("It is waiting to be sent. Choose Cancel sending first."))
    if action is Action.ARCHIVE and standing.archived:
        return Refusal(_("It is archived already."))
    if action is Action.RESTORE_FROM_ARCHIVE and not standing.archived:
        return Refusal(_("It is not archived."))
    return _after(standing, action)


def _after(standing: Standing, action: Action) -> Standing:
    status, archived, former = AFTER.get(action, standing.status), standing.archived, ""
    if action is Action.DELETE:
        former = standing.status
    elif action is Action.RESTORE:
        former_pending = standing.status_before_delete == Status.PENDING
        outgoing = standing.direction == Direction.OUTGOING
        status = Status.DRAFT if former_pending and outgoing else standing.status_before_delete or Status.PROCESSED
    elif action in {Action.ARCHIVE, Action.RESTORE_FROM_ARCHIVE}:
        archived = action is Action.ARCHIVE
    return Standing(standing.direction, status, archived, former)


def box_of(standing: Standing) -> str:
    """The window that lists an email standing there."""
    if standing.status == Status.DELETED:
        return Box.DELETED
    if standing.archived:
        return Box.ARCHIVED
    return Box.INCOMING if standing.direction == Direction.INCOMING else Box.SENT


def _refusal(standing: Standing, action: Action) -> str:
    """One sentence for a state in which the action is not offered."""
    if standing.status == Status.IN_PROCESS:
        return _("It is being processed at this moment. Try again when that is over.")
    if action in OUTGOING_ONLY and standing.direction == Direction.INCOMING:
        return _("It is an incoming email.")
    texts = {
        Action.SAVE: _("Only a draft or a canceled email can be changed."),
        Action.SEND: _("Only a draft or a canceled email can be sent."),
        Action.PROCESS: _("Only a pending or failed email can be processed."),
        Action.CANCEL: _("Only an email that waits to be sent can be canceled."),
        Action.HOLD: _("Only an email that waits to be sent can be held."),
        Action.SEND_TO_REST: _("Only a processed or failed email can be sent to the rest."),
        Action.CONFIRM: _("Only an email whose delivery is unknown can be marked as delivered."),
        Action.DELETE: _("It is deleted already."),
        Action.DELETE_PERMANENTLY: _("Only a deleted email can be deleted permanently."),
        Action.RESTORE: _("Only a deleted email can be restored."),
        Action.ARCHIVE: _("Only a processed email can be archived."),
        Action.RESTORE_FROM_ARCHIVE: _("It is not archived."),
    }
    state = Status(standing.status).label
    return texts.get(action) or _("An email that is “%(state)s” cannot be moved so.") % {"state": state}
