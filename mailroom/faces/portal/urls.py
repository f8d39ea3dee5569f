"""The addresses of the portal."""

from django.urls import path, re_path

from mailroom.faces.portal import cases, signing_in, visitor

urlpatterns = [
    path("", cases.Cases.as_view()),
    path("sign-in/", signing_in.SignIn.as_view()),
    path("sign-out/", signing_in.SignOut.as_view()),
    path("link/<str:token>/", signing_in.Link.as_view()),
    path("cases/<str:case_id>/", cases.CasePage.as_view()),
    path("cases/<str:case_id>/comment-files/<int:number>/", cases.File.as_view(), {"of": "comment"}),
    path("cases/<str:case_id>/mail-files/<int:number>/", cases.File.as_view(), {"of": "mail"}),
    re_path("", visitor.Missing.as_view()),
]
