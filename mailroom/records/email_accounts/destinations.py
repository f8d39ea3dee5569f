"""Where an account's secrets are sent, by the rules of `connection` and `oauth2`: a stored one goes nowhere else."""

from mailroom.records.email_accounts import oauth2
from mailroom.records.email_accounts.models import EmailAccount, IncomingMailProtocol, SignInMethod

Destination = tuple[object, ...]
TOKENS = frozenset({"oauth2_refresh_token", "oauth2_access_token"})  # consent gives them, nobody types them
BY_CONSENT = frozenset({SignInMethod.OAUTH2_MICROSOFT, SignInMethod.OAUTH2_GOOGLE})


def of(account: EmailAccount) -> dict[str, set[Destination]]:
    """For each secret that is set, the places that are told it: server, port and what protects the way there."""
    told: dict[str, set[Destination]] = {
        name: set()
        for name in ("password", "outgoing_password", "oauth2_client_secret", *TOKENS)
        if getattr(account, name)
    }
    by_consent = account.sign_in_method in BY_CONSENT
    signs_in = TOKENS if by_consent else frozenset({"password"})
    places: list[tuple[frozenset[str], Destination]] = []
    if account.incoming_mail_protocol != IncomingMailProtocol.NONE:
        places.append((signs_in, _server(account, "incoming")))
    if account.my_outgoing_server_requires_authentication and account.sign_in_method != SignInMethod.NONE:
        apart = account.log_in_using and account.sign_in_method == SignInMethod.PASSWORD
        places.append((frozenset({"outgoing_password"}) if apart else signs_in, _server(account, "outgoing")))
    if by_consent:
        address = oauth2.provider(account).token_address
        places.append((TOKENS | {"oauth2_client_secret"}, (address, *_trust(account))))
    for names, place in places:
        for name in names & told.keys():
            told[name].add(place)
    return told


def redirected(before: dict[str, set[Destination]], account: EmailAccount) -> set[str]:
    """The secrets stored `before` a change that would be told to a place that they were not given for."""
    after = of(account)
    return {name for name, places in before.items() if after.get(name, set()) - places}


def _server(account: EmailAccount, way: str) -> Destination:
    host = getattr(account, f"{way}_mail_server").strip().casefold()
    port, encryption = (getattr(account, f"{way}_server_{name}") for name in ("port", "encrypted_connection"))
    return (host, int(port), str(encryption), *_trust(account))


def _trust(account: EmailAccount) -> Destination:
    """Whom the server's certificate has to be from; who may say so may listen."""
    return (account.verify_certificates, " ".join(account.certificate_authority.split()))
