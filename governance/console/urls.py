"""Routes."""

from django.urls import path

from governance.console.views.audit import AuditPage
from governance.console.views.division import DivisionPage, OwnDivisionsPage
from governance.console.views.grants import GrantPage, RevokePage, RolesPage
from governance.console.views.home import HomePage
from governance.console.views.sessions import EndAllSessionsPage, EndSessionPage, LockoutsPage, SessionsPage
from governance.console.views.user_steps import (
    AddUserPage,
    ChangeUserPage,
    DeactivatePage,
    IssuePasswordView,
    ReactivatePage,
    UnlockView,
)
from governance.console.views.users import UserPage, UsersPage

app_name = "console"
urlpatterns = [
    path("", HomePage.as_view(), name="home"),
    path("divisions/", OwnDivisionsPage.as_view(), name="divisions"),
    path("divisions/<str:code>/", DivisionPage.as_view(), name="division"),
    path("users/", UsersPage.as_view(), name="users"),
    path("users/add/", AddUserPage.as_view(), name="user_add"),
    path("users/lockouts/", LockoutsPage.as_view(), name="lockouts"),
    path("users/roles/", RolesPage.as_view(), name="roles"),
    path("users/sessions/", SessionsPage.as_view(), name="sessions"),
    path("users/<int:pk>/", UserPage.as_view(), name="user"),
    path("users/<int:pk>/change/", ChangeUserPage.as_view(), name="user_change"),
    path("users/<int:pk>/deactivate/", DeactivatePage.as_view(), name="user_deactivate"),
    path("users/<int:pk>/reactivate/", ReactivatePage.as_view(), name="user_reactivate"),
    path("users/<int:pk>/grant/", GrantPage.as_view(), name="grant"),
    path("users/<int:pk>/grants/<int:grant>/revoke/", RevokePage.as_view(), name="revoke"),
    path("users/<int:pk>/sessions/end/", EndAllSessionsPage.as_view(), name="end_sessions"),
    path("users/<int:pk>/sessions/<int:session>/end/", EndSessionPage.as_view(), name="end_session"),
    path("users/<int:pk>/unlock/", UnlockView.as_view(), name="unlock"),
    path("users/<int:pk>/password/", IssuePasswordView.as_view(), name="issue_password"),
    path("audit/", AuditPage.as_view(), name="audit"),
]
