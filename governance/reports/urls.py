"""Routes."""

from django.urls import path

from governance.reports.views.confirmations import ConfirmationList, ConfirmationPage
from governance.reports.views.reports import (
    AnnexView,
    FigurePage,
    GeneratePage,
    PdfView,
    ReportList,
    ReportPage,
)

app_name = "reports"
urlpatterns = [
    path("", ReportList.as_view(), name="list"),
    path("confirmations/", ConfirmationList.as_view(), name="confirmations"),
    path("confirmations/<str:code>/", ConfirmationPage.as_view(), name="confirmation"),
    path("generate/", GeneratePage.as_view(), name="generate"),
    path("<int:pk>/", ReportPage.as_view(), name="detail"),
    path("<int:pk>/figures/<str:figure>/", FigurePage.as_view(), name="figure"),
    path("<int:pk>/report.pdf", PdfView.as_view(), name="pdf"),
    path("<int:pk>/annex.xlsx", AnnexView.as_view(), name="annex"),
]
