"""Where each field of SM204002 stands, and on which others it depends."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy

from mailroom.faces.windows.kit.layout import Layout, Section, Tab

LAYOUT = Layout(
    top=(
        ("email_account_id", "email_account_type", "description", "active"),
        ("email_address", "reply_address", "provider", "personal_owner"),
    ),
    tabs=(
        Tab(
            "servers",
            gettext_lazy("Servers"),
            Section(
                gettext_lazy("Server information"),
                "incoming_mail_protocol",
                "root_folder",
                "read_subfolders",
                "incoming_mail_server",
                "outgoing_mail_server",
                "group_mails",
            ),
            Section(
                gettext_lazy("Login information"),
                "sign_in_method",
                "username",
                "password",
                "oauth2_client_id",
                "oauth2_client_secret",
                "oauth2_tenant",
            ),
        ),
        Tab("folders", gettext_lazy("Folders"), template="sm204002/_folders.html"),
        Tab(
            "advanced",
            gettext_lazy("Advanced settings"),
            Section(
                gettext_lazy("Security"),
                "my_outgoing_server_requires_authentication",
                "log_in_using",
                "outgoing_username",
                "outgoing_password",
                "my_outgoing_server_validates_the_from_field",
                "incoming_server_encrypted_connection",
                "outgoing_server_encrypted_connection",
                "verify_certificates",
                "certificate_authority",
            ),
            (
                Section(gettext_lazy("Server port numbers"), "incoming_server_port", "outgoing_server_port"),
                Section(
                    gettext_lazy("Sender"),
                    "sender_name",
                    "sender_name_source",
                    "aliases",
                    "timeout_seconds",
                ),
                Section(gettext_lazy("OAuth2"), "oauth2_authorize_address", "oauth2_token_address", "oauth2_scopes"),
                Section(gettext_lazy("Rhythm"), "send_every_seconds", "resend_when_in_doubt"),
                Section(
                    gettext_lazy("Sending limits"),
                    "limit_per_minute",
                    "limit_per_hour",
                    "limit_per_domain_per_minute",
                    "most_sessions",
                ),
                Section(gettext_lazy("Copies on the server"), "copy_to_sent_folder", "sent_folder"),
                Section(
                    gettext_lazy("Alerts"),
                    "alert_after_minutes",
                    "no_mail_hours",
                    "oldest_pending_minutes",
                    "consent_ends_days",
                    "consent_lasts_days",
                ),
            ),
        ),
        Tab(
            "processing",
            gettext_lazy("Processing of incoming email"),
            (
                "activate_incoming_processing",
                Section(gettext_lazy("Initial processing"), "confirm_receipt", "confirmation_template"),
                Section(
                    gettext_lazy("Main processing"),
                    "document_handler",
                    "create_new_case",
                    "new_case_class",
                    "case_assignment_map",
                    "attach_to_business_account_or_contact_or_lead",
                    "create_new_lead",
                    "reply_to_unassigned_emails",
                    "reply_template",
                    "automatic_replies_per_hour",
                ),
            ),
            Section(
                gettext_lazy("Final processing"),
                "delete_messages_after_processing",
                "delete_which_messages",
                "add_brief_information_about_references",
            ),
        ),
        Tab(
            "content",
            gettext_lazy("Content"),
            ("remove_messages_from_server", "allowed_attachment_types", "discard_other_attachments"),
            (
                "after_receiving",
                "move_to_folder",
                "largest_email_bytes",
                "receive_every_seconds",
                "push",
                "trusted_authentication_hosts",
            ),
        ),
        Tab(
            "assignment",
            gettext_lazy("Assignment settings"),
            ("email_assignment_map", "default_work_group", "default_owner"),
        ),
    ),
    aside="sm204002/_state.html",
)
PROCESSING = "activate_incoming_processing"
ENABLED = {
    "root_folder": "incoming_mail_protocol=IMAP",
    "copy_to_sent_folder": "incoming_mail_protocol=IMAP",
    "sent_folder": "incoming_mail_protocol=IMAP copy_to_sent_folder",
    "read_subfolders": "incoming_mail_protocol=IMAP",
    "push": "incoming_mail_protocol=IMAP",
    "outgoing_username": "my_outgoing_server_requires_authentication log_in_using",
    "outgoing_password": "my_outgoing_server_requires_authentication log_in_using",
    "log_in_using": "my_outgoing_server_requires_authentication",
    "oauth2_client_id": "sign_in_method=oauth2_microsoft|oauth2_google",
    "oauth2_client_secret": "sign_in_method=oauth2_microsoft|oauth2_google",
    "oauth2_authorize_address": "sign_in_method=oauth2_microsoft|oauth2_google",
    "oauth2_token_address": "sign_in_method=oauth2_microsoft|oauth2_google",
    "oauth2_scopes": "sign_in_method=oauth2_microsoft|oauth2_google",
    "oauth2_tenant": "sign_in_method=oauth2_microsoft",
    "confirm_receipt": PROCESSING,
    "confirmation_template": f"{PROCESSING} confirm_receipt",
    "create_new_case": PROCESSING,
    "new_case_class": f"{PROCESSING} create_new_case",
    "case_assignment_map": f"{PROCESSING} create_new_case",
    "attach_to_business_account_or_contact_or_lead": PROCESSING,
    "create_new_lead": PROCESSING,
    "reply_to_unassigned_emails": PROCESSING,
    "reply_template": f"{PROCESSING} reply_to_unassigned_emails",
    "automatic_replies_per_hour": PROCESSING,
    "delete_messages_after_processing": PROCESSING,
    "delete_which_messages": f"{PROCESSING} delete_messages_after_processing",
    "add_brief_information_about_references": PROCESSING,
    "email_assignment_map": PROCESSING,
    "default_work_group": PROCESSING,
    "default_owner": PROCESSING,
    "move_to_folder": "after_receiving=move",
}


def names() -> Iterator[str]:
    """Every field that the window has."""
    for column in LAYOUT.top:
        for item in column:
            yield from item.fields if isinstance(item, Section) else (item,)
    for tab in LAYOUT.tabs:
        yield from tab.fields
