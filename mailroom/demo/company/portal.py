"""The portal of the company: open, with what a customer wrote there; `mailroom portal link` shows it as hers."""

from datetime import datetime, timedelta

from mailroom.demo.company.house import House
from mailroom.records.activities import commenting
from mailroom.records.activities.commenting import NewComment
from mailroom.records.organisation import features

CASE = "C-001287"
TEXT = (
    "One more thing: the boxes say “moss”, so the labels were right and the chairs were not. We can send the eight "
    "sage ones back with your driver on the day the right ones come."
)


def tell(house: House, now: datetime) -> None:
    """Open it, and write the comment an hour ago."""
    row = features.read()
    row.self_service_portal = True
    row.save()
    case = house.cases[CASE]
    assert case.contact is not None  # noqa: S101  # every case of the cast has one
    commenting.write(case, case.contact, NewComment(TEXT, key="demo"), now - timedelta(hours=1))
