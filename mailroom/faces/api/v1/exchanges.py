"""Send and receive email (SM507010): Receive all, Send all and Send/receive all over accounts, as a job."""

from typing import Any, Literal

from django.db.models import Q
from django.http import Http404, HttpRequest
from ninja import Router, Schema
from ninja import Status as Answer
from pydantic import Field

from mailroom.base import clock
from mailroom.faces.api import rights
from mailroom.faces.api.refusals import Invalid
from mailroom.faces.api.v1 import jobs
from mailroom.faces.api.v1.schemas import ERRORS
from mailroom.flows.incoming import jobs as work
from mailroom.flows.incoming.exchange import Exchange
from mailroom.records.email_accounts.models import EmailAccount

router = Router(tags=["accounts"])
ACTIONS = {"receive": Exchange.RECEIVE_ALL, "send": Exchange.SEND_ALL, "send-receive": Exchange.SEND_RECEIVE_ALL}


class ExchangeIn(Schema):
    """What is done over which accounts; without `accounts` over all active ones that the one who asks may use."""

    action: Literal["receive", "send", "send-receive"]
    accounts: list[str] | None = Field(None, max_length=1000)


@router.post("", response={202: dict[str, Any], **ERRORS})
def exchange(request: HttpRequest, wanted: ExchangeIn) -> Any:
    """Start a job; received mail is processed, and what ran is archived by age as the preferences say."""
    user = rights.writer(request)
    rows = EmailAccount.objects.filter(Q(personal_owner=None) | Q(personal_owner=user), active=True)
    if wanted.accounts is not None:
        names = {name.replace("\x00", "").casefold() for name in wanted.accounts}
        found = [row for row in rows if row.email_account_id.casefold() in names]
        if len(found) != len(names):
            raise Http404
        ids = [row.pk for row in found]
    else:
        ids = list(rows.values_list("pk", flat=True))
    if not ids:
        raise Invalid({"accounts": "There is no active account."})
    return Answer(202, jobs.shown(work.start_exchange(ACTIONS[wanted.action], ids, "SM507010", user, clock.now())))
