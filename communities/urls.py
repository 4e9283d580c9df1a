"""Routes."""

from django.urls import path

from communities.views.adjustment import AdjustmentPage, PlanPage
from communities.views.adjustments import AdjustmentListPage, AdjustPage
from communities.views.boundary import BoundaryPage
from communities.views.boundary_edit import BoundaryEditPage
from communities.views.detail import ChangesPage, CommunityPage
from communities.views.founding import FoundingPage
from communities.views.listing import CommunityListPage
from communities.views.official_code import OfficialCodePage

app_name = "communities"
urlpatterns = [
    path("", CommunityListPage.as_view(), name="list"),
    path("found/", FoundingPage.as_view(), name="found"),
    path("adjustments/", AdjustmentListPage.as_view(), name="adjustments"),
    path("adjustments/new/", AdjustPage.as_view(), name="adjust"),
    path("adjustments/<int:pk>/", AdjustmentPage.as_view(), name="adjustment"),
    path("adjustments/<int:pk>/plan/", PlanPage.as_view(), name="adjustment_plan"),
    path("<str:code>/", CommunityPage.as_view(), name="detail"),
    path("<str:code>/changes/", ChangesPage.as_view(), name="changes"),
    path("<str:code>/code/", OfficialCodePage.as_view(), name="official_code"),
    path("<str:code>/boundary/", BoundaryPage.as_view(), name="boundary"),
    path("<str:code>/boundary/edit/", BoundaryEditPage.as_view(), name="boundary_edit"),
]
