"""Routes."""

from django.urls import path

from governance.records.views.attachments import AttachPage, FileView, VoidFilePage
from governance.records.views.bulk import BulkPage
from governance.records.views.detail import RecordPage
from governance.records.views.draft import DraftView
from governance.records.views.ending import EndPage, RestorePage, VoidPage
from governance.records.views.export import ExportPage
from governance.records.views.form import AddPage, ChangePage
from governance.records.views.history import HistoryPage
from governance.records.views.listing import RecordListPage
from governance.records.views.moving import MovePage
from governance.records.views.reveal import RevealPage

app_name = "records"
urlpatterns = [
    path("draft/", DraftView.as_view(), name="draft"),
    path("<slug:slug>/", RecordListPage.as_view(), name="list"),
    path("<slug:slug>/export/", ExportPage.as_view(), name="export"),
    path("<slug:slug>/bulk/", BulkPage.as_view(), name="bulk"),
    path("<slug:slug>/add/", AddPage.as_view(), name="add"),
    path("<slug:slug>/<int:pk>/", RecordPage.as_view(), name="detail"),
    path("<slug:slug>/<int:pk>/history/", HistoryPage.as_view(), name="history"),
    path("<slug:slug>/<int:pk>/files/", AttachPage.as_view(), name="attach"),
    path("<slug:slug>/<int:pk>/files/<int:file>/", FileView.as_view(), name="file"),
    path("<slug:slug>/<int:pk>/files/<int:file>/void/", VoidFilePage.as_view(), name="void_file"),
    path("<slug:slug>/<int:pk>/change/", ChangePage.as_view(), name="change"),
    path("<slug:slug>/<int:pk>/end/", EndPage.as_view(), name="end"),
    path("<slug:slug>/<int:pk>/void/", VoidPage.as_view(), name="void"),
    path("<slug:slug>/<int:pk>/restore/", RestorePage.as_view(), name="restore"),
    path("<slug:slug>/<int:pk>/move/", MovePage.as_view(), name="move"),
    path("<slug:slug>/<int:pk>/reveal/", RevealPage.as_view(), name="reveal"),
]
