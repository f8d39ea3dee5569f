"""The configuration file of a private Dovecot 2.3: its own folder, users, ports and certificates."""

import getpass
import grp
import os
import pwd
from collections.abc import Mapping
from pathlib import Path

from tests.servers import certificates

PROTOCOL_PORTS = ("imap", "imaps", "pop3", "pop3s", "lmtp", "submission", "submissions")
ADDRESSES = "127.0.0.1 127.0.0.2 127.0.0.3 127.0.0.4"

TEMPLATE = """
base_dir = {folder}/run
state_dir = {folder}/state
instance_name = mailroom-tests
log_path = {folder}/dovecot.log
protocols = imap pop3 lmtp submission
listen = {addresses}
hostname = mail.mailroom.test
default_internal_user = {internal_user}
default_internal_group = {internal_group}
default_login_user = {login_user}
default_process_limit = 200
default_client_limit = 2000
mail_max_userip_connections = 500
mail_location = maildir:~/Maildir
mail_fsync = never
first_valid_uid = 1
first_valid_gid = 1
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
auth_cache_size = 0
auth_username_chars =
auth_username_format = %u
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  args = {folder}/users/%u
}}
userdb {{
  driver = passwd-file
  args = {folder}/users/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    auto = create
    special_use = \\Drafts
  }}
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
  mailbox Trash {{
    auto = create
    special_use = \\Trash
  }}
}}
ssl = yes
ssl_cert = <{good}.pem
ssl_key = <{good}.key
{certificates}
submission_relay_host = 127.0.0.1
submission_relay_port = {relay}
submission_relay_trusted = no
protocol imap {{
  mail_max_userip_connections = 500
  {capabilities}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  service_count = 0
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
service submission-login {{
  chroot =
  service_count = 0
  inet_listener submission {{
    port = {submission}
  }}
  inet_listener submissions {{
    port = {submissions}
    ssl = yes
  }}
}}
service lmtp {{
  chroot =
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
{ordinary_user}
"""

LOCAL = """
local {address} {{
  ssl_cert = <{stem}.pem
  ssl_key = <{stem}.key
}}
"""

# As an ordinary user Dovecot can change to no other user, so every service runs as that user.
ORDINARY_SERVICE = """
service {service} {{
  user = {user}
  chroot =
}}
"""
ORDINARY_SERVICES = ("auth", "auth-worker", "stats", "dict", "imap", "pop3", "submission", "lmtp", "config", "log")


def render(folder: Path, ports: Mapping[str, int], relay: int, certificate_folder: Path, capabilities: str = "") -> str:
    """The text of `dovecot.conf`; `relay` is the port to which submission hands its mail.

    `capabilities` are all that IMAP says it can do, in place of Dovecot's own list.
    """
    me, my_group = getpass.getuser() if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name, os.getegid()
    root = os.geteuid() == 0
    others = [certificates.EXPIRED, certificates.WRONG_NAME, certificates.SELF_SIGNED]
    return TEMPLATE.format(
        folder=folder,
        addresses=ADDRESSES,
        internal_user="dovecot" if root else me,
        internal_group="dovecot" if root else grp.getgrgid(my_group).gr_name,
        login_user="dovenull" if root else me,
        good=certificate_folder / certificates.GOOD,
        certificates="".join(LOCAL.format(address=one, stem=certificate_folder / one) for one in others),
        relay=relay,
        capabilities=f"imap_capability = {capabilities}" if capabilities else "",
        ordinary_user=""
        if root
        else "".join(ORDINARY_SERVICE.format(service=service, user=me) for service in ORDINARY_SERVICES),
        **ports,
    )


def oauth2(tokeninfo_url: str) -> str:
    """The text of `oauth2.conf`: a token is good when the token server says whose it is."""
    return (
        f"tokeninfo_url = {tokeninfo_url}\n"
        "username_attribute = email\n"
        "username_format = %u\n"
        "active_attribute = active\n"
        "active_value = true\n"
        "timeout_msecs = 3000\n"
    )
