"""An email as the API and the command line print it (CONTRACT: `emails show`)."""

from typing import Any

from mailroom.records.emails.models import Attachment, Email, Status


def as_json(email: Email, with_bodies: bool = True) -> dict[str, Any]:
    """All fields by the contract's names; ask for related rows beforehand when there are many."""
    found: dict[str, Any] = {
        "id": email.pk,
        "direction": email.direction,
        "status": str(Status(email.status).label),
        "archived": email.archived,
        "read": email.read,
        "account": email.account.email_account_id,
        "from": {"name": email.from_name, "address": email.from_address},
        "to": _of_kind(email, "to"),
        "cc": _of_kind(email, "cc"),
        "bcc": _of_kind(email, "bcc"),
        "subject": email.subject,
        "date": email.date.isoformat(),
        "message_id": email.message_id,
        "size": email.size,
        "attachments": [attachment(item) for item in email.attachments.all()],
        "recipients": [
            {
                "address": row.address,
                "outcome": row.outcome,
                "reply": row.reply,
                "at": row.outcome_at.isoformat() if row.outcome_at else None,
            }
            for row in email.recipients.all()
            if row.kind != "reply_to"
        ],
        "owner": email.owner.employee_id if email.owner else None,
        "workgroup": email.workgroup.workgroup_id if email.workgroup else None,
        "related_entity": _related(email),
        "further_entities": [{"type": one.entity_type, "id": one.entity_id} for one in email.further_entities.all()],
        "thread": email.thread_id,
        "automatic": email.automatic,
        "error": email.error,
    }
    if with_bodies:
        content = getattr(email, "content", None)
        found |= {"text": content.text if content else "", "html": content.html if content else ""}
        found["reply_text"] = content.reply_text if content else ""
        facts = content.noted if content else {}
        found |= {"about": facts.get("about"), "handled": facts.get("handled")}
    return found


RELATED = ("account", "owner", "workgroup")
PREFETCHED = ("recipients", "attachments", "further_entities")


def attachment(item: Attachment) -> dict[str, Any]:
    """A file of an email by the contract's names."""
    return {
        "id": item.pk,
        "name": item.name,
        "type": item.content_type,
        "size": item.size,
        "content_id": item.content_id,
        "inline": item.inline,
        "state": item.state,
    }


def _of_kind(email: Email, kind: str) -> list[dict[str, str]]:
    return [{"name": row.name, "address": row.address} for row in email.recipients.all() if row.kind == kind]


def _related(email: Email) -> dict[str, Any] | None:
    if not email.related_entity_type:
        return None
    return {
        "type": email.related_entity_type,
        "id": email.related_entity_id,
        "description": email.related_entity_description,
    }
