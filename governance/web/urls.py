"""Routes of the frame's own pages."""

from django.urls import path

from governance.web.pages.search import SearchPage, SuggestView

app_name = "web"
urlpatterns = [
    path("search/", SearchPage.as_view(), name="search"),
    path("search/suggest/", SuggestView.as_view(), name="suggest"),
]
