"""The portal of the company: open, with what a customer wrote there; `mailroom portal link` shows it as hers."""

from datetime import datetime, timedelta

from mailroom.demo.company.house import House
from mailroom.records.activities import commenting
from mailroom.records.activities.commenting import NewComment
from mailroom.records.organisation import features

CASE = "C-001287"
TEXT = (
    "The boxes say “warm grey”, but the shades inside are white. We open the new room on Friday: could the right ones "
    "come before that?"
)


def tell(house: House, now: datetime) -> None:
    """Open it, and write the comment an hour ago."""
    row = features.read()
    row.self_service_portal = True
    row.save()
    case = house.cases[CASE]
    commenting.write(case, case.contact, NewComment(TEXT, key="demo"), now - timedelta(hours=1))
