"""Routes of 数据完整度."""

from django.urls import path

from governance.records.completeness.views import CommunityPage, CompletenessPage, ConfirmView, RevokeView

app_name = "completeness"
urlpatterns = [
    path("", CompletenessPage.as_view(), name="list"),
    path("<str:code>/", CommunityPage.as_view(), name="community"),
    path("<str:code>/<slug:slug>/confirm/", ConfirmView.as_view(), name="confirm"),
    path("<str:code>/<slug:slug>/revoke/", RevokeView.as_view(), name="revoke"),
]
