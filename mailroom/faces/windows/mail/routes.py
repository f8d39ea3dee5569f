"""The addresses below an email: its body, files, conversation, and what people say about it."""

from django.urls import path

from mailroom.faces.windows.mail import (
    body,
    conversation,
    files,
    original,
    preview,
    snoozing,
    suspended,  # noqa: F401 registers the banner
    together,
)

urlpatterns = [
    path("<int:key>/body/", body.body, name="body"),
    path("<int:key>/images/", body.trust, name="images"),
    path("<int:key>/message/", conversation.message, name="message"),
    path("<int:key>/<slug:way>/messages/", conversation.more, name="messages"),
    path("<int:key>/raw/", files.raw, name="raw"),
    path("<int:key>/files/all/", files.everything, name="files"),
    path("<int:key>/files/<int:attachment>/", files.file, name="file"),
    path("<int:key>/files/<int:attachment>/look/", preview.look, name="look"),
    path("<int:key>/files/<int:attachment>/body/", preview.body, name="look-body"),
    path("<int:key>/files/<int:attachment>/page/<int:number>/", preview.page, name="look-page"),
    path("<int:key>/inline/<path:content_id>", files.inline, name="inline"),
    path("<int:key>/original/", original.Original.as_view(), name="original"),
    path("<int:key>/source/", original.source, name="source"),
    path("<int:key>/presence/", together.presence, name="presence"),
    path("<int:key>/notes/", together.notes, name="notes"),
    path("<int:key>/notes/<int:note>/delete/", together.delete_note, name="delete-note"),
    path("snooze/", snoozing.dialog, name="snooze"),
    path("note/", together.note_on, name="note"),
    path("<int:key>/people/", together.people, name="people"),
]
