"""Routes."""

from django.urls import path

from governance.policies.views.adopt import AdoptPage
from governance.policies.views.checkup import CheckupExport, CheckupPage
from governance.policies.views.documents import DocumentPage, DocumentsPage
from governance.policies.views.export import FindingsExport
from governance.policies.views.fields import FieldsPage
from governance.policies.views.finding import AssignPage, FindingPage
from governance.policies.views.findings import FindingsPage
from governance.policies.views.matrix import MatrixPage
from governance.policies.views.overview import OverviewPage, own_overview
from governance.policies.views.standards import StandardPage
from governance.policies.views.targets import RegisterPage, TargetPage, TargetsExport, own_register
from governance.policies.views.values import EnactPage, ValueChangePage, ValueNewPage, ValuePage, ValuesPage

app_name = "policies"
urlpatterns = [
    path("help/fields/", FieldsPage.as_view(), name="fields"),
    path("policies/", DocumentsPage.as_view(), name="documents"),
    path("policies/standards/<str:standard>/", StandardPage.as_view(), name="standard"),
    path("policies/values/", ValuesPage.as_view(), name="values"),
    path("policies/values/new/", ValueNewPage.as_view(), name="value_new"),
    path("policies/values/<int:pk>/", ValuePage.as_view(), name="value"),
    path("policies/values/<int:pk>/change/", ValueChangePage.as_view(), name="value_change"),
    path("policies/values/enact/", EnactPage.as_view(), name="values_enact"),
    path("policies/<slug:key>/adopt/", AdoptPage.as_view(), name="adopt"),
    path("policies/<slug:key>/", DocumentPage.as_view(), name="document"),
    path("targets/", own_register, name="own_targets"),
    path("targets/<str:code>/", RegisterPage.as_view(), name="targets"),
    path("targets/<str:code>/export/", TargetsExport.as_view(), name="targets_export"),
    path("targets/<str:code>/<str:measure>/", TargetPage.as_view(), name="target"),
    path("findings/", FindingsPage.as_view(), name="findings"),
    path("findings/assign/", AssignPage.as_view(), name="findings_assign"),
    path("findings/export/", FindingsExport.as_view(), name="findings_export"),
    path("findings/<int:pk>/", FindingPage.as_view(), name="finding"),
    path("checkup/<str:code>/", CheckupPage.as_view(), name="checkup"),
    path("checkup/<str:code>/export/", CheckupExport.as_view(), name="checkup_export"),
    path("matrix/<str:code>/", MatrixPage.as_view(), name="matrix"),
    path("overview/", own_overview, name="own_overview"),
    path("overview/<str:code>/", OverviewPage.as_view(), name="overview"),
]
