"""The portal's addresses, and those of the admin that lists are compared with."""

from django.urls import path

from benchmarks.admin_site import site
from governance.urls import urlpatterns as portal

urlpatterns = [*portal, path("stock-admin/", site.urls)]
