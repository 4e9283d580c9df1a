"""Routes."""

from django.urls import path

from assessments.views.edit import DraftPage, EditPage
from assessments.views.listing import ResultListPage, SchemeListPage
from assessments.views.result import ResultPage
from assessments.views.scheme import SchemePage
from assessments.views.scores import ScoresPage, SheetDownload, UploadPage

app_name = "assessments"
urlpatterns = [
    path("", SchemeListPage.as_view(), name="list"),
    path("new/", DraftPage.as_view(), name="add"),
    path("results/", ResultListPage.as_view(), name="results"),
    path("results/<int:pk>/", ResultPage.as_view(), name="result"),
    path("<int:pk>/", SchemePage.as_view(), name="scheme"),
    path("<int:pk>/edit/", EditPage.as_view(), name="edit"),
    path("<int:pk>/scores/", ScoresPage.as_view(), name="scores"),
    path("<int:pk>/sheet/", SheetDownload.as_view(), name="sheet"),
    path("<int:pk>/upload/", UploadPage.as_view(), name="upload"),
]
