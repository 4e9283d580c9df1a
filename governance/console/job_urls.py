"""Routes of the background jobs. They live here because jobs know nothing of pages."""

from django.urls import path

from governance.console.views.jobs import (
    CancelView,
    JobPage,
    JobProgressView,
    JobRowsView,
    JobsPage,
    RetryView,
)

app_name = "jobs"
urlpatterns = [
    path("", JobsPage.as_view(), name="list"),
    path("rows/", JobRowsView.as_view(), name="rows"),
    path("<int:pk>/", JobPage.as_view(), name="detail"),
    path("<int:pk>/progress/", JobProgressView.as_view(), name="progress"),
    path("<int:pk>/retry/", RetryView.as_view(), name="retry"),
    path("<int:pk>/cancel/", CancelView.as_view(), name="cancel"),
]
