"""Routes."""

from django.urls import path

from governance.records.views.draft import DraftView
from governance.records.views.ending import EndPage, RestorePage, VoidPage
from governance.records.views.form import AddPage, ChangePage
from governance.records.views.moving import MovePage
from governance.records.views.reveal import RevealPage

app_name = "records"
urlpatterns = [
    path("draft/", DraftView.as_view(), name="draft"),
    path("<slug:slug>/add/", AddPage.as_view(), name="add"),
    path("<slug:slug>/<int:pk>/change/", ChangePage.as_view(), name="change"),
    path("<slug:slug>/<int:pk>/end/", EndPage.as_view(), name="end"),
    path("<slug:slug>/<int:pk>/void/", VoidPage.as_view(), name="void"),
    path("<slug:slug>/<int:pk>/restore/", RestorePage.as_view(), name="restore"),
    path("<slug:slug>/<int:pk>/move/", MovePage.as_view(), name="move"),
    path("<slug:slug>/<int:pk>/reveal/", RevealPage.as_view(), name="reveal"),
]
