"""Below the admin's own addresses, and in its name space."""

from django.contrib import admin
from django.urls import path

from portal_project.accounts import saved_view_admin

urlpatterns = [
    path("<str:name>/", admin.site.admin_view(saved_view_admin.save), name="save_view"),
    path("<str:name>/<int:pk>/", admin.site.admin_view(saved_view_admin.delete), name="delete_view"),
]
