"""What the self-service portal keeps: comments of customers, links that were asked for, and who is signed in."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mailroom.base import audit
from mailroom.records.crm.models.cases import Case
from mailroom.records.crm.models.relations import Contact


@audit.kept(without=("key",))
class CaseComment(models.Model):
    """What a customer wrote about his case in the portal, or the files alone that he added; it is never changed."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="comments")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    from_name = models.CharField(_("From"), max_length=150)
    from_address = models.CharField(_("Email"), max_length=254)
    subject = models.CharField(_("Subject"), max_length=255)
    body = models.TextField(_("Comment"), blank=True)
    created_at = models.DateTimeField()
    key = models.CharField(max_length=32, unique=True)  # of the form it was sent by: sent twice it is one comment
    told = models.CharField(max_length=255, blank=True, editable=False)  # whom the notice went to, or why to nobody

    class Meta:
        ordering = ("id",)
        indexes = [models.Index(fields=("case", "-created_at", "-id"), name="comment_case")]

    def __str__(self) -> str:
        return self.subject


class PortalLink(models.Model):
    """That somebody asked for a link to the portal; only where a contact has the address is one made and mailed."""

    address = models.CharField(max_length=254)
    asked_at = models.DateTimeField()
    asked_from = models.GenericIPAddressField(null=True)
    answered_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, null=True, unique=True)
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=("address", "asked_at"), name="portal_link_address"),
            models.Index(fields=("asked_from", "asked_at"), name="portal_link_from"),
            models.Index(fields=("id",), condition=models.Q(answered_at=None), name="portal_link_unanswered"),
        ]

    def __str__(self) -> str:
        return self.address


class PortalSession(models.Model):
    """Who is signed in to the portal: whoever reads the mail of an address; only a digest of the cookie is stored."""

    address = models.CharField(max_length=254)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.address
