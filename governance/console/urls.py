"""Routes."""

from django.urls import path

from governance.console import admin_urls
from governance.console.views.division import DivisionPage, OwnDivisionsPage
from governance.console.views.home import HomePage
from governance.console.views.todo import TodoPage

app_name = "console"
urlpatterns = [
    path("", HomePage.as_view(), name="home"),
    path("todo/", TodoPage.as_view(), name="todo"),
    path("divisions/", OwnDivisionsPage.as_view(), name="divisions"),
    path("divisions/<str:code>/", DivisionPage.as_view(), name="division"),
    *admin_urls.urlpatterns,
]
