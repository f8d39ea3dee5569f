"""Servers and ports of well-known providers: choosing one fills the fields of SM204002."""

from dataclasses import dataclass

from mailroom.records.email_accounts.models import Encryption, SignInMethod


@dataclass(frozen=True, slots=True)
class Preset:
    """What a provider's own documentation says of its servers."""

    key: str
    name: str
    incoming_mail_server: str
    incoming_server_port: int
    incoming_server_encrypted_connection: str
    outgoing_mail_server: str
    outgoing_server_port: int
    outgoing_server_encrypted_connection: str
    sign_in_method: str = SignInMethod.PASSWORD

    def values(self) -> dict[str, str | int]:
        """The fields it fills."""
        return {name: getattr(self, name) for name in self.__slots__ if name not in {"key", "name"}}


def _usual(key: str, name: str, incoming: str, outgoing: str, **changes: str) -> Preset:
    return Preset(key, name, incoming, 993, Encryption.SSL, outgoing, 587, Encryption.STARTTLS, **changes)


PRESETS: tuple[Preset, ...] = (
    _usual(
        "microsoft",
        "Microsoft 365",
        "outlook.office365.com",
        "smtp.office365.com",
        sign_in_method=SignInMethod.OAUTH2_MICROSOFT,
    ),
    _usual(
        "google",
        "Google Workspace, Gmail",
        "imap.gmail.com",
        "smtp.gmail.com",
        sign_in_method=SignInMethod.OAUTH2_GOOGLE,
    ),
    _usual("fastmail", "Fastmail", "imap.fastmail.com", "smtp.fastmail.com"),
    _usual("icloud", "iCloud Mail", "imap.mail.me.com", "smtp.mail.me.com"),
    _usual("yahoo", "Yahoo Mail", "imap.mail.yahoo.com", "smtp.mail.yahoo.com"),
    _usual("domeneshop", "Domeneshop", "imap.domeneshop.no", "smtp.domeneshop.no"),
    _usual("one", "one.com", "imap.one.com", "send.one.com"),
    _usual("gmx", "GMX", "imap.gmx.net", "mail.gmx.net"),
    _usual("ionos", "IONOS", "imap.ionos.com", "smtp.ionos.com"),
    _usual("zoho", "Zoho Mail", "imap.zoho.eu", "smtp.zoho.eu"),
)


def find(key: str) -> Preset | None:
    """The preset with this key."""
    return next((preset for preset in PRESETS if preset.key == key), None)
