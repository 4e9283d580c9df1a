"""Routes."""

from django.urls import path

from governance.exchange.views.batch import ApplyView, BatchPage, DecideView, ErrorWorkbookView
from governance.exchange.views.download import DownloadPage, ExportFileView
from governance.exchange.views.guide import GuidePage
from governance.exchange.views.index import IndexPage
from governance.exchange.views.undo import UndoPage
from governance.exchange.views.upload import UploadPage

app_name = "exchange"
urlpatterns = [
    path("", IndexPage.as_view(), name="index"),
    path("guide/", GuidePage.as_view(), name="guide"),
    path("download/", DownloadPage.as_view(), name="download"),
    path("download/<str:code>/", DownloadPage.as_view(), name="download_division"),
    path("files/<int:pk>/", ExportFileView.as_view(), name="file"),
    path("upload/", UploadPage.as_view(), name="upload"),
    path("imports/<int:pk>/", BatchPage.as_view(), name="batch"),
    path("imports/<int:pk>/decide/", DecideView.as_view(), name="decide"),
    path("imports/<int:pk>/apply/", ApplyView.as_view(), name="apply"),
    path("imports/<int:pk>/errors/", ErrorWorkbookView.as_view(), name="errors"),
    path("imports/<int:pk>/undo/", UndoPage.as_view(), name="undo"),
]
