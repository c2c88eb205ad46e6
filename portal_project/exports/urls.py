"""Below the admin's own addresses, and in its name space."""

from django.contrib import admin
from django.urls import path

from portal_project.exports import views

urlpatterns = [
    path("files/<int:pk>/", admin.site.admin_view(views.file), name="csv_file"),
    path("<str:name>/", admin.site.admin_view(views.take), name="csv_take"),
]
