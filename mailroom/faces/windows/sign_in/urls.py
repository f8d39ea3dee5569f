"""The addresses of sign-in."""

from django.urls import path

from mailroom.faces.windows.sign_in import views

urlpatterns = [
    path("login/", views.SignIn.as_view(), name="login"),
    path("login/link/<str:token>/", views.Link.as_view(), name="login-link"),
    path("login/recover/", views.Recover.as_view(), name="login-recover"),
    path("logout/", views.sign_out, name="logout"),
]
