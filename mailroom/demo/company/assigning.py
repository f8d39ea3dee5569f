"""The map by which new mail to Support finds its people; what was written before it was made keeps its owners."""

from datetime import datetime

from mailroom.demo.company import cast
from mailroom.demo.company.house import House
from mailroom.flows.incoming import maps
from mailroom.flows.incoming.models import ProcessingOptions
from mailroom.records.assignment.models import AssignmentMap


def tell(house: House, now: datetime) -> None:
    """Make the map of `cast.yaml` and have the Support account follow it."""
    wanted = cast.everything()["assignment_map"]
    rules = [
        {**rule, "owner": house.employees[rule["owner"]].employee_id if "owner" in rule else None}
        for rule in wanted["rules"]
    ]
    maps.take([{**wanted, "rules": rules}], now)
    made = AssignmentMap.objects.get(map_id=wanted["map_id"])
    options = ProcessingOptions.objects.get_or_create(account=house.accounts["SUPPORT"])[0]
    options.email_assignment_map = made
    options.save()
