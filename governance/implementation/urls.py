"""Routes, below /implementation/."""

from django.urls import path

from governance.implementation.views.document import DocumentPage, MatrixPage
from governance.implementation.views.exports import MatrixExport, MeasuresExport, OverdueExport
from governance.implementation.views.forms import AssignPage, ReportPage, UrgePage
from governance.implementation.views.home import HomePage, OverduePage
from governance.implementation.views.measure import MeasurePage
from governance.implementation.views.undertakings import EvidenceView, UndertakingPage, UndertakingsPage
from governance.implementation.views.units import AccountsPage, TasksPage, UnitPage, UnitsPage

app_name = "implementation"
urlpatterns = [
    path("", HomePage.as_view(), name="home"),
    path("tasks/", TasksPage.as_view(), name="tasks"),
    path("overdue/", OverduePage.as_view(), name="overdue"),
    path("overdue/export/", OverdueExport.as_view(), name="overdue_export"),
    path("documents/<slug:key>/", DocumentPage.as_view(), name="document"),
    path("documents/<slug:key>/matrix/", MatrixPage.as_view(), name="matrix"),
    path("documents/<slug:key>/export/", MeasuresExport.as_view(), name="document_export"),
    path("documents/<slug:key>/matrix/export/", MatrixExport.as_view(), name="matrix_export"),
    path("measures/<str:measure>/", MeasurePage.as_view(), name="measure"),
    path("measures/<str:measure>/report/", ReportPage.as_view(), name="report"),
    path("measures/<str:measure>/urge/", UrgePage.as_view(), name="urge"),
    path("measures/<str:measure>/assign/", AssignPage.as_view(), name="assign"),
    path("units/", UnitsPage.as_view(), name="units"),
    path("units/<str:name>/", UnitPage.as_view(), name="unit"),
    path("units/<str:name>/accounts/", AccountsPage.as_view(), name="accounts"),
    path("undertakings/", UndertakingsPage.as_view(), name="undertakings"),
    path("undertakings/<int:pk>/", UndertakingPage.as_view(), name="undertaking"),
    path("evidence/<int:pk>/", EvidenceView.as_view(), name="evidence"),
]
