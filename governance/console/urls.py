"""Routes."""

from django.urls import path

from governance.console.views.audit import AuditPage
from governance.console.views.division import DivisionPage, OwnDivisionsPage
from governance.console.views.home import HomePage
from governance.console.views.users import IssuePasswordView, UnlockView, UsersPage

app_name = "console"
urlpatterns = [
    path("", HomePage.as_view(), name="home"),
    path("divisions/", OwnDivisionsPage.as_view(), name="divisions"),
    path("divisions/<str:code>/", DivisionPage.as_view(), name="division"),
    path("users/", UsersPage.as_view(), name="users"),
    path("users/<int:pk>/unlock/", UnlockView.as_view(), name="unlock"),
    path("users/<int:pk>/password/", IssuePasswordView.as_view(), name="issue_password"),
    path("audit/", AuditPage.as_view(), name="audit"),
]
