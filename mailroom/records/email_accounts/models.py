"""System email accounts (SM204002): address, servers and how to sign in there."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.base import audit
from mailroom.base.sealed import SealedTextField
from mailroom.records.organisation.models import Employee, User


class IncomingMailProtocol(models.TextChoices):
    """How mail is fetched."""

    IMAP = "IMAP", "IMAP"
    POP3 = "POP3", "POP3"
    NONE = "none", _("None")


class Encryption(models.TextChoices):
    """How a connection is protected."""

    NONE = "none", _("None")
    SSL = "ssl", "SSL/TLS"
    STARTTLS = "starttls", "STARTTLS"


class SignInMethod(models.TextChoices):
    """How the account proves itself to its servers."""

    PASSWORD = "password", _("Password")
    OAUTH2_MICROSOFT = "oauth2_microsoft", _("OAuth2 (Microsoft 365)")
    OAUTH2_GOOGLE = "oauth2_google", _("OAuth2 (Google)")
    NONE = "none", _("None")


class SenderNameSource(models.TextChoices):
    """Whose name stands before the address in From."""

    USER = "user", _("User")
    ACCOUNT = "account", _("Account")


@audit.kept()
class EmailAccount(models.Model):
    """One system email account."""

    email_account_id = models.CharField(_("Email account ID"), max_length=32, unique=True)
    description = models.CharField(_("Description"), max_length=120, blank=True)
    email_account_type = models.CharField(_("Email account type"), max_length=16, default="Standard", editable=False)
    email_address = models.CharField(_("Email address"), max_length=254)
    reply_address = models.CharField(_("Reply address"), max_length=254, blank=True)
    aliases = models.TextField(_("Aliases"), blank=True)
    active = models.BooleanField(_("Active"), default=True)
    personal_owner = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="personal_accounts",
        verbose_name=_("Personal account of"),
    )
    sender_name = models.CharField(_("Sender name"), max_length=120, blank=True)
    sender_name_source = models.CharField(
        _("Sender name from"), max_length=8, choices=SenderNameSource.choices, default=SenderNameSource.USER
    )
    provider = models.CharField(_("Provider"), max_length=32, blank=True)

    incoming_mail_protocol = models.CharField(
        _("Incoming mail protocol"),
        max_length=4,
        choices=IncomingMailProtocol.choices,
        default=IncomingMailProtocol.IMAP,
    )
    root_folder = models.CharField(_("Root folder (on server)"), max_length=255, blank=True)
    incoming_mail_server = models.CharField(_("Incoming mail server"), max_length=255, blank=True)
    incoming_server_port = models.PositiveIntegerField(_("Incoming server port (POP3/IMAP)"), default=993)
    incoming_server_encrypted_connection = models.CharField(
        max_length=8, choices=Encryption.choices, default=Encryption.SSL
    )
    outgoing_mail_server = models.CharField(_("Outgoing mail server"), max_length=255, blank=True)
    outgoing_server_port = models.PositiveIntegerField(_("Outgoing server port (SMTP)"), default=587)
    outgoing_server_encrypted_connection = models.CharField(
        _("Outgoing server encrypted connection"), max_length=8, choices=Encryption.choices, default=Encryption.STARTTLS
    )
    group_mails = models.PositiveIntegerField(_("Group mails"), default=100)

    sign_in_method = models.CharField(
        _("Sign-in method"), max_length=20, choices=SignInMethod.choices, default=SignInMethod.PASSWORD
    )
    username = models.CharField(_("Username"), max_length=254, blank=True)
    password = SealedTextField(_("Password"))
    my_outgoing_server_requires_authentication = models.BooleanField(
        _("My outgoing server requires authentication"), default=True
    )
    log_in_using = models.BooleanField(_("Log in using"), default=False)
    outgoing_username = models.CharField(_("Username"), max_length=254, blank=True)
    outgoing_password = SealedTextField(_("Password"))
    my_outgoing_server_validates_the_from_field = models.BooleanField(
        _("My outgoing server validates the 'From' field"), default=True
    )
    certificate_authority = models.TextField(
        _("Certificate authority"), blank=True, help_text=_("PEM text of a certificate to trust besides the system's.")
    )
    verify_certificates = models.BooleanField(_("Verify certificates"), default=True)
    timeout_seconds = models.PositiveSmallIntegerField(_("Time-out (seconds)"), default=30)

    oauth2_client_id = models.CharField(_("Client ID"), max_length=255, blank=True)
    oauth2_client_secret = SealedTextField(_("Client secret"))
    oauth2_tenant = models.CharField(_("Tenant"), max_length=120, blank=True)
    oauth2_authorize_address = models.CharField(_("Authorization address"), max_length=500, blank=True)
    oauth2_token_address = models.CharField(_("Token address"), max_length=500, blank=True)
    oauth2_scopes = models.CharField(_("Scopes"), max_length=500, blank=True)
    oauth2_refresh_token = SealedTextField()
    oauth2_access_token = SealedTextField()
    oauth2_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    oauth2_consented_at = models.DateTimeField(null=True, editable=False)
    oauth2_consent_ends_at = models.DateTimeField(null=True, editable=False)
    oauth2_consent_lost = models.TextField(blank=True, editable=False)
    oauth2_renewing_until = models.DateTimeField(null=True, editable=False)

    default_work_group = models.ForeignKey(
        "organisation.Workgroup",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Default email work group"),
    )
    default_owner = models.ForeignKey(
        Employee, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Default email owner")
    )
    last_test_at = models.DateTimeField(null=True, editable=False)
    last_test_passed = models.BooleanField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("email_account_id",)

    def __str__(self) -> str:
        return self.email_account_id
