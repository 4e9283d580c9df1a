"""Routes."""

from django.urls import path

from governance.exchange.views import (
    ApplyView,
    BatchPage,
    DownloadPage,
    ErrorWorkbookView,
    IndexPage,
    UploadPage,
)

app_name = "exchange"
urlpatterns = [
    path("", IndexPage.as_view(), name="index"),
    path("download/", DownloadPage.as_view(), name="download"),
    path("download/<str:code>/", DownloadPage.as_view(), name="download_division"),
    path("upload/", UploadPage.as_view(), name="upload"),
    path("imports/<int:pk>/", BatchPage.as_view(), name="batch"),
    path("imports/<int:pk>/apply/", ApplyView.as_view(), name="apply"),
    path("imports/<int:pk>/errors/", ErrorWorkbookView.as_view(), name="errors"),
]
