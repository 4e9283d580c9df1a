"""Routes."""

from django.urls import path

from governance.workflows.views.case import CasePage, FilePage, PaperView
from governance.workflows.views.days import DaysPage
from governance.workflows.views.listing import CaseList, ChoosePage, OpenPage
from governance.workflows.views.step import StepPage

app_name = "workflows"
urlpatterns = [
    path("", CaseList.as_view(), name="list"),
    path("add/", ChoosePage.as_view(), name="choose"),
    path("add/<slug:slug>/", OpenPage.as_view(), name="open"),
    path("days/", DaysPage.as_view(), name="days"),
    path("<int:pk>/", CasePage.as_view(), name="case"),
    path("<int:pk>/file/", FilePage.as_view(), name="file"),
    path("<int:pk>/steps/<slug:key>/", StepPage.as_view(), name="step"),
    path("papers/<int:pk>/", PaperView.as_view(), name="paper"),
]
