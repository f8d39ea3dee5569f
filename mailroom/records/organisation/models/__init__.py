"""People, workgroups and what belongs to a person."""

from mailroom.records.organisation.models.features import Features, SystemLocale
from mailroom.records.organisation.models.jobs import Job
from mailroom.records.organisation.models.people import Employee, User, Workgroup
from mailroom.records.organisation.models.sign_in import ApiToken, PersonSetting, Recovery, SignInLink

__all__ = [
    "ApiToken",
    "Employee",
    "Features",
    "Job",
    "PersonSetting",
    "Recovery",
    "SignInLink",
    "SystemLocale",
    "User",
    "Workgroup",
]
