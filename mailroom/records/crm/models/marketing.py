"""Campaigns (CR202000), marketing lists (CR204000), who belongs to them, and who wants no mass mail (CR204010)."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.base import audit
from mailroom.records.crm.models.relations import Contact, Lead
from mailroom.records.organisation.models import Employee, User

OF_AN_ADDRESS = RegexValidator(r"^[^/?#\x00]+\Z", _("An ID has no slash, question mark or number sign."))
ONE_PERSON = models.Q(contact__isnull=False, lead__isnull=True) | models.Q(contact__isnull=True, lead__isnull=False)


@audit.kept()
class Campaign(models.Model):
    """An undertaking of marketing, with the contacts and leads that it addresses."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        IN_PROGRESS = "in_progress", _("In progress")
        COMPLETED = "completed", _("Completed")
        CANCELED = "canceled", _("Canceled")

    campaign_id = models.CharField(
        _("Campaign ID"),
        max_length=32,
        unique=True,
        blank=True,
        validators=[OF_AN_ADDRESS],
        help_text=_("Left empty, it gets the next number."),
    )
    name = models.CharField(_("Campaign name"), max_length=150)
    status = models.CharField(_("Status"), max_length=12, choices=Status.choices, default=Status.PLANNED)
    start_on = models.DateField(_("Start date"), null=True, blank=True)
    end_on = models.DateField(_("End date"), null=True, blank=True)
    owner = models.ForeignKey(Employee, models.SET_NULL, null=True, blank=True, related_name="+")
    description = models.TextField(_("Description"), blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("campaign_id",)

    def __str__(self) -> str:
        return self.name


@audit.kept()
class MarketingList(models.Model):
    """People who get mass mail: named one by one (static), or those whom its conditions fit (dynamic)."""

    class Kind(models.TextChoices):
        STATIC = "static", _("Static")
        DYNAMIC = "dynamic", _("Dynamic")

    class Source(models.TextChoices):
        CONTACTS = "contacts", _("Contacts")
        LEADS = "leads", _("Leads")

    list_id = models.CharField(_("Marketing list ID"), max_length=32, unique=True, validators=[OF_AN_ADDRESS])
    name = models.CharField(_("List name"), max_length=150)
    kind = models.CharField(_("List type"), max_length=8, choices=Kind.choices, default=Kind.STATIC)
    source = models.CharField(_("Selects"), max_length=8, choices=Source.choices, default=Source.CONTACTS)
    conditions = models.JSONField(default=list, blank=True)
    active = models.BooleanField(_("Active"), default=True)
    owner = models.ForeignKey(Employee, models.SET_NULL, null=True, blank=True, related_name="+")
    description = models.TextField(_("Description"), blank=True)

    class Meta:
        ordering = ("list_id",)

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A contact or a lead that belongs to something."""

    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="+")
    lead = models.ForeignKey(Lead, models.CASCADE, null=True, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        abstract = True

    @property
    def person(self) -> Contact | Lead:
        """Whom it names."""
        found = self.contact or self.lead
        assert found is not None  # noqa: S101  # a constraint of the table
        return found


class CampaignMember(Member):
    """Somebody whom a campaign addresses."""

    of = models.ForeignKey(Campaign, models.CASCADE, related_name="members")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ONE_PERSON, name="campaign_member_is_one_person"),
            models.UniqueConstraint(fields=("of", "contact"), name="contact_once_a_campaign"),
            models.UniqueConstraint(fields=("of", "lead"), name="lead_once_a_campaign"),
        ]


class ListMember(Member):
    """Somebody on a static marketing list."""

    of = models.ForeignKey(MarketingList, models.CASCADE, related_name="members")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ONE_PERSON, name="list_member_is_one_person"),
            models.UniqueConstraint(fields=("of", "contact"), name="contact_once_a_list"),
            models.UniqueConstraint(fields=("of", "lead"), name="lead_once_a_list"),
        ]


@audit.kept()
class Unsubscribed(models.Model):
    """An address that wants no mail of a marketing list, or, without one, no mass mail at all.

    `key` is the address in its comparable form. `by` is the user who noted it; None where the reader did himself.
    """

    key = models.CharField(max_length=320)
    address = models.CharField(_("Email"), max_length=320)
    marketing_list = models.ForeignKey(
        MarketingList, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("Marketing list")
    )
    at = models.DateTimeField(_("Date"))
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("Unsubscribed address")
        ordering = ("-at", "-id")
        indexes = [models.Index(fields=("-at", "-id"), name="unsubscribed_newest")]
        constraints = [
            models.UniqueConstraint(fields=("key", "marketing_list"), name="unsubscribed_once_a_list"),
            models.UniqueConstraint(
                fields=("key",), condition=models.Q(marketing_list=None), name="unsubscribed_once_from_all"
            ),
        ]

    def __str__(self) -> str:
        return self.address
