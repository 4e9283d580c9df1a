"""Routes of the background jobs. They live here because jobs know nothing of pages."""

from django.urls import path

from governance.console.views.jobs import JobPage, JobsPage, RetryView

app_name = "jobs"
urlpatterns = [
    path("", JobsPage.as_view(), name="list"),
    path("<int:pk>/", JobPage.as_view(), name="detail"),
    path("<int:pk>/retry/", RetryView.as_view(), name="retry"),
]
