"""Routes."""

from django.urls import path

from governance.ledgers.views.burden import BurdenPage
from governance.ledgers.views.due import DuePage, MissingPage
from governance.ledgers.views.funds import FundsPage
from governance.ledgers.views.index import IndexPage
from governance.ledgers.views.notice import NoticePage
from governance.ledgers.views.statistics import StatisticsPage
from governance.ledgers.views.template import TemplatePage

app_name = "ledgers"
urlpatterns = [
    path("", IndexPage.as_view(), name="index"),
    path("due/", DuePage.as_view(), name="due"),
    path("due/missing/", MissingPage.as_view(), name="missing"),
    path("burden/", BurdenPage.as_view(), name="burden"),
    path("funds/", FundsPage.as_view(), name="funds"),
    path("template/", TemplatePage.as_view(), name="template"),
    path("<slug:slug>/statistics/", StatisticsPage.as_view(), name="statistics"),
    path("<slug:slug>/<int:pk>/notice/", NoticePage.as_view(), name="notice"),
]
