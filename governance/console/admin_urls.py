"""Routes of the three administrators: users, units, settings, audit."""

from django.urls import path

from governance.console.views.audit import AuditExportView, AuditPage, EventPage, VerifyPage
from governance.console.views.closed import ClosedGrantsPage
from governance.console.views.grants import GrantPage, RevokePage, RolesPage
from governance.console.views.sessions import EndAllSessionsPage, EndSessionPage, LockoutsPage, SessionsPage
from governance.console.views.settings import RestoreView, SettingsPage
from governance.console.views.units import (
    AddUnitPage,
    ChangeUnitPage,
    CloseUnitPage,
    ReopenUnitView,
    UnitsPage,
)
from governance.console.views.user_steps import (
    AddUserPage,
    ChangeUserPage,
    DeactivatePage,
    IssuePasswordView,
    ReactivatePage,
    UnlockView,
)
from governance.console.views.users import UserPage, UsersPage

urlpatterns = [
    path("users/", UsersPage.as_view(), name="users"),
    path("users/add/", AddUserPage.as_view(), name="user_add"),
    path("users/closed/", ClosedGrantsPage.as_view(), name="closed_grants"),
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
    path("units/", UnitsPage.as_view(), name="units"),
    path("units/add/", AddUnitPage.as_view(), name="unit_add"),
    path("units/<int:pk>/change/", ChangeUnitPage.as_view(), name="unit_change"),
    path("units/<int:pk>/close/", CloseUnitPage.as_view(), name="unit_close"),
    path("units/<int:pk>/reopen/", ReopenUnitView.as_view(), name="unit_reopen"),
    path("settings/", SettingsPage.as_view(), name="settings"),
    path("settings/<str:key>/restore/", RestoreView.as_view(), name="setting_restore"),
    path("audit/", AuditPage.as_view(), name="audit"),
    path("audit/<int:pk>/", EventPage.as_view(), name="event"),
    path("audit/export/", AuditExportView.as_view(), name="audit_export"),
    path("audit/verify/", VerifyPage.as_view(), name="audit_verify"),
]
