"""Below the admin's own addresses, and in its name space."""

from django.contrib import admin
from django.urls import path

from portal_project.installation import views

urlpatterns = [
    path("", admin.site.admin_view(views.system), name="system"),
    path("test-mail/", admin.site.admin_view(views.test_mail), name="system_test_mail"),
]
