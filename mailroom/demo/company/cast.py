"""Who is who in the demo company: `cast.yaml` as values. Knows no database."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mailroom.demo.mail_world.residents import Manner, Resident

PASSWORD = "coffee-and-lamps"  # noqa: S105 - of the little mail server on loopback; no other server knows it
CLOSINGS = {
    "en": "Best regards",
    "nb": "Vennlig hilsen",
    "sv": "Vänliga hälsningar",
    "fi": "Ystävällisin terveisin",
    "de": "Mit freundlichen Grüßen",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes: name, address, language, where the person works and as what."""

    name: str
    address: str
    language: str
    company: str
    title: str
    manner: Manner = Manner.ANSWERS


@cache
def everything() -> dict[str, Any]:
    """The whole of `cast.yaml`."""
    content: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "cast.yaml").read_text(encoding="utf-8"))
    return content


def firms() -> dict[int, dict[str, Any]]:
    """Customers and suppliers by their number."""
    return {**everything()["customers"], **everything()["suppliers"]}


def employees() -> dict[str, Person]:
    """The people of the company by login."""
    domain = everything()["domain"]
    return {
        login: Person(row["name"], f"{_local(row['name'])}@{domain}", "en", "Elvestad Handel AS", row["title"])
        for login, row in everything()["employees"].items()
    }


@cache
def outsiders() -> dict[str, Person]:
    """Everybody outside by key: contacts by the part before the @, offices and leads by the whole address."""
    people: dict[str, Person] = {}
    for key, row in everything()["contacts"].items():
        firm = firms()[row["at"]]
        manner = Manner(row.get("manner", Manner.ANSWERS))
        address = f"{key}@{firm['domain']}"
        people[key] = Person(row["name"], address, firm["language"], firm["name"], row["title"], manner)
    for firm in firms().values():
        address = f"{firm['office']}@{firm['domain']}"
        manner = Manner(everything()["offices"].get(address, Manner.ANSWERS))
        people[address] = Person(firm["name"], address, firm["language"], firm["name"], "", manner)
    for lead in everything()["leads"]:
        people[lead["email"]] = Person(lead["name"], lead["email"], "en", lead["company"], "")
    return people


def residents() -> list[Resident]:
    """Everybody who has a mailbox in the world of mail: accounts, employees, customers, leads."""
    accounts = [
        Resident(row["address"], PASSWORD, row["name"], company=True) for row in everything()["accounts"].values()
    ]
    staff = [Resident(person.address, PASSWORD, person.name, company=True) for person in employees().values()]
    others = [
        Resident(person.address, PASSWORD, person.name, person.language, person.manner, title=person.title)
        for person in outsiders().values()
    ]
    return accounts + staff + others


def _local(name: str) -> str:
    return name.lower().replace(" ", ".")
