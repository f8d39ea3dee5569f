"""Step 10: tells the sender of mail that nobody has been given (BEHAVIOUR 5.10)."""

from django.utils.translation import gettext as _

from mailroom.flows.incoming import automatic_replies
from mailroom.flows.incoming.step import Mail, Verdict, skipped
from mailroom.mime import addresses
from mailroom.records.email_accounts.models import EmailAccount


class ReplyToUnassigned:
    """Answers by the reply template; the sender is the account's *Reply address*."""

    name = "reply_to_unassigned"

    def run(self, mail: Mail) -> Verdict:
        """Only to mail without owner and work group, under the guards of the confirmation of receipt."""
        options, email = mail.options, mail.email
        if not options.reply_to_unassigned_emails:
            return skipped(_("Reply to unassigned emails is not selected for the account."))
        if email.owner_id or email.workgroup_id:
            return skipped(_("It has an owner or a work group."))
        account, sender = _from(email.account)
        return automatic_replies.reply(mail, self.name, options.reply_template, "UNASSIGNED", account, sender)


def _from(account: EmailAccount) -> tuple[EmailAccount, str]:
    """The account to send by, and the address in From where that is not the account's own.

    A Reply address that is the address of another account goes by that one, whose server lets it through.
    """
    wanted = account.reply_address
    if not wanted or addresses.same(wanted, account.email_address):
        return account, ""
    others = EmailAccount.objects.filter(email_address__iexact=wanted, active=True, personal_owner=None)
    other = others.exclude(outgoing_mail_server="").first()
    return (other, "") if other is not None else (account, wanted)
