"""Below the admin's own addresses, and in its name space."""

from django.contrib import admin
from django.urls import path

from portal_project.who_did_what import views

urlpatterns = [path("", admin.site.admin_view(views.who_did_what), name="who_did_what")]
