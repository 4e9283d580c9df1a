"""Routes of signing in and of one's own password. They live here because accounts know nothing of pages."""

from django.urls import path

from governance.console.views.account import KeepAliveView, PasswordPage, SignInPage, SignOutView
from governance.console.views.own import EndOthersView, OwnAccountPage

app_name = "accounts"
urlpatterns = [
    path("login/", SignInPage.as_view(), name="login"),
    path("logout/", SignOutView.as_view(), name="logout"),
    path("keep-alive/", KeepAliveView.as_view(), name="keep_alive"),
    path("password/", PasswordPage.as_view(), name="password"),
    path("account/", OwnAccountPage.as_view(), name="own"),
    path("account/end-others/", EndOthersView.as_view(), name="end_others"),
]
