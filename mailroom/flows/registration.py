"""Imports every flow's tasks, so that a worker knows them all."""

from importlib import import_module
from importlib.util import find_spec

from mailroom.base import engine
from mailroom.records.organisation import system_locales

ROOMS = ("scheduling", "sending", "receiving", "incoming", "mailings", "notifying", "watching", "keeping")


def register() -> None:
    """Make the engine know the tasks of all flows; what they note for everybody is in the default locale's language."""
    engine.within(system_locales.speaking)
    for room in ROOMS:
        name = f"mailroom.flows.{room}.tasks"
        if find_spec(f"mailroom.flows.{room}") and find_spec(name):
            import_module(name)
