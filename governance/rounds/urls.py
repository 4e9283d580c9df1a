"""Routes."""

from django.urls import path

from governance.rounds.views.listing import RoundList
from governance.rounds.views.requests import ChangePage, IssuePage
from governance.rounds.views.round import RoundPage
from governance.rounds.views.street import StreetPage

app_name = "rounds"
urlpatterns = [
    path("", RoundList.as_view(), name="list"),
    path("add/", IssuePage.as_view(), name="add"),
    path("<int:pk>/", RoundPage.as_view(), name="detail"),
    path("<int:pk>/change/", ChangePage.as_view(), name="change"),
    path("streets/<int:pk>/", StreetPage.as_view(), name="street"),
]
