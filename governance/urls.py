"""The portal's routes; each app keeps its own list."""

from django.urls import include, path

urlpatterns = [
    path("", include("governance.console.account_urls")),
    path("", include("governance.console.urls")),
    path("jobs/", include("governance.console.job_urls")),
    path("workbook/", include("governance.exchange.urls")),
    path("records/", include("governance.records.urls")),
    path("completeness/", include("governance.records.completeness.urls")),
    path("rounds/", include("governance.rounds.urls")),
    path("", include("governance.policies.urls")),
    path("implementation/", include("governance.implementation.urls")),
    path("", include("governance.web.urls")),
    path("ledgers/", include("governance.ledgers.urls")),
    path("cases/", include("governance.workflows.urls")),
    path("reports/", include("governance.reports.urls")),
    path("communities/", include("communities.urls")),
    path("assessments/", include("assessments.urls")),
]

handler400 = "governance.web.errors.bad_request"
handler403 = "governance.web.errors.permission_denied"
handler404 = "governance.web.errors.not_found"
handler500 = "governance.web.errors.server_error"
