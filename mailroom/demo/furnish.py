"""The demo: opens the world of mail and, on an empty database, furnishes the company and tells its history."""

from datetime import datetime

from django.conf import settings

from mailroom.demo.company import assigning, cast, history, house, mailing, portal, scheduling, scripts
from mailroom.demo.mail_world.world import HOST, MailWorld
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation.models import User


def open_house(now: datetime) -> MailWorld:
    """Start the mail world of the data folder and make sure that the company is there; returns the running world."""
    world = MailWorld(settings.ENVIRONMENT.data / "demo-mail", cast.residents()).start()
    furnish(now, world)
    return world


def furnish(now: datetime, world: MailWorld) -> None:
    """Fill an empty database; a filled one only learns the ports of the world. Safe to call again."""
    if EmailAccount.objects.exists() or User.objects.exists():
        addresses = [row["address"] for row in cast.everything()["accounts"].values()]
        ours = EmailAccount.objects.filter(email_address__in=addresses)
        ours.filter(incoming_mail_server=HOST).update(incoming_server_port=world.imap_port)
        ours.filter(outgoing_mail_server=HOST).update(outgoing_server_port=world.smtp_port)
        return
    built = house.build(now, world.smtp_port, world.imap_port)
    with world.telling_the_past():
        history.Teller(built, world, now).tell(scripts.conversations(now))
        mailing.tell(built, now)
    portal.tell(built, now)
    assigning.tell(built, now)
    scheduling.tell(built, now)
