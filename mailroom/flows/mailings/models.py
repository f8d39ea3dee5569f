"""Mass emails (CR308000) and, for each, whom it goes to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.base import audit
from mailroom.records.crm.models import Campaign, Contact, Lead, MarketingList
from mailroom.records.crm.models.marketing import OF_AN_ADDRESS
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import Employee, Job, User


@audit.kept(without=("prepared_at", "queued_at", "sent_at", "job"), many=("marketing_lists", "campaigns"))
class MassEmail(models.Model):
    """One text for many people, each of whom gets a mail of his own."""

    class Status(models.TextChoices):
        ON_HOLD = "on_hold", _("On hold")
        PREPARING = "preparing", _("Preparing")
        PREPARED = "prepared", _("Prepared")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")

    class Source(models.TextChoices):
        LISTS = "lists", _("Marketing lists")
        CAMPAIGNS = "campaigns", _("Campaigns")
        PEOPLE = "people", _("Leads, contacts and employees")

    class Members(models.TextChoices):
        ALL = "all", _("All members")
        NEVER_SENT = "never_sent", _("Members who never got a mass email of the campaign")

    mass_email_id = models.CharField(
        _("Mass email ID"),
        max_length=32,
        unique=True,
        blank=True,
        validators=[OF_AN_ADDRESS],
        help_text=_("Left empty, it gets the next number."),
    )
    description = models.CharField(_("Description"), max_length=150)
    status = models.CharField(_("Status"), max_length=9, choices=Status.choices, default=Status.ON_HOLD, editable=False)
    account = models.ForeignKey(EmailAccount, models.PROTECT, related_name="+", verbose_name=_("From"))
    reply_to = models.EmailField(_("Reply-To"), blank=True, help_text=_("Empty: answers come to the account."))
    subject = models.CharField(_("Subject"), max_length=255)
    body = models.TextField(_("Message text area"), blank=True)
    source = models.CharField(_("Source"), max_length=9, choices=Source.choices, default=Source.LISTS)
    marketing_lists = models.ManyToManyField(MarketingList, blank=True, verbose_name=_("Marketing lists"))
    campaigns = models.ManyToManyField(Campaign, blank=True, verbose_name=_("Campaigns"))
    campaign_members = models.CharField(
        _("Campaign members"), max_length=10, choices=Members.choices, default=Members.ALL
    )
    to_contacts = models.BooleanField(_("Contacts"), default=False)
    to_leads = models.BooleanField(_("Leads"), default=False)
    to_employees = models.BooleanField(_("Employees"), default=False)
    owner = models.ForeignKey(Employee, models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    created_at = models.DateTimeField(editable=False)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+", editable=False)
    prepared_at = models.DateTimeField(null=True, editable=False)
    queued_at = models.DateTimeField(null=True, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = [
            models.Index(fields=("-created_at", "-id"), name="mass_email_newest"),
            models.Index(fields=("status",), name="mass_email_status"),
        ]

    def __str__(self) -> str:
        return self.description


class Reason(models.TextChoices):
    """Why somebody gets no mail; the words are the list's."""

    NONE = "", ""
    WITHOUT_ADDRESS = "without_address", _("There is no email address.")
    INVALID = "invalid", _("The address is no email address.")
    INACTIVE = "inactive", _("The contact or employee is inactive, or the lead is lost.")
    OWN = "own", _("It is an address of ours that receives mail here.")
    BOUNCED = "bounced", _("Mail to this address came back for good.")
    UNSUBSCRIBED = "unsubscribed", _("Its owner wants no mass mail.")
    LEFT_LIST = "left_list", _("Its owner unsubscribed from this marketing list.")
    DUPLICATE = "duplicate", _("Another recipient with the same address gets the mail.")
    REFUSED = "refused", _("The mail could not be made.")


class MassEmailRecipient(models.Model):
    """One person of a mass email: waits, was left out for a reason, or has a mail; the mail's own row tells the rest.

    `key` is the address in comparable form, empty for those who are left out: so no address has two.
    """

    mass_email = models.ForeignKey(MassEmail, models.CASCADE, related_name="recipients")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    lead = models.ForeignKey(Lead, models.SET_NULL, null=True, related_name="+")
    employee = models.ForeignKey(Employee, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=150, blank=True)
    address = models.CharField(max_length=320, blank=True)
    key = models.CharField(max_length=320, blank=True)
    campaign = models.ForeignKey(Campaign, models.SET_NULL, null=True, related_name="+")
    marketing_list = models.ForeignKey(MarketingList, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=16, choices=Reason.choices, blank=True)
    words = models.TextField(blank=True)
    email = models.OneToOneField(Email, models.SET_NULL, null=True, related_name="+")
    queued = models.BooleanField(default=False)
    unsubscribed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=("mass_email", "reason", "id"), name="mass_email_recipients"),
            models.Index(
                fields=("mass_email", "id"),
                name="mass_email_waiting",
                condition=models.Q(queued=False, reason=""),
            ),
            models.Index(
                fields=("key",), name="mass_email_unsubscribed", condition=models.Q(unsubscribed_at__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("mass_email", "key"), condition=~models.Q(key=""), name="one_mass_mail_an_address"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"
