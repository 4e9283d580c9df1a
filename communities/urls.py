"""Routes."""

from django.urls import path

from communities.views.detail import ChangesPage, CommunityPage
from communities.views.founding import FoundingPage
from communities.views.listing import CommunityListPage

app_name = "communities"
urlpatterns = [
    path("", CommunityListPage.as_view(), name="list"),
    path("found/", FoundingPage.as_view(), name="found"),
    path("<str:code>/", CommunityPage.as_view(), name="detail"),
    path("<str:code>/changes/", ChangesPage.as_view(), name="changes"),
]
