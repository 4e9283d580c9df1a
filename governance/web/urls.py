"""Routes of the frame's own pages."""

from django.urls import path

from governance.web.pages.help import ChapterPage, HelpImageView, HelpPage, HelpPanelView
from governance.web.pages.search import SearchPage, SuggestView

app_name = "web"
urlpatterns = [
    path("search/", SearchPage.as_view(), name="search"),
    path("search/suggest/", SuggestView.as_view(), name="suggest"),
    path("help/", HelpPage.as_view(), name="help"),
    path("help/panel/", HelpPanelView.as_view(), name="help_panel"),
    path("help/images/<str:name>", HelpImageView.as_view(), name="help_image"),
    path("help/<slug:slug>/", ChapterPage.as_view(), name="help_chapter"),
]
