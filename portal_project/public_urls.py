from django.urls import path

from portal_project import public_views

urlpatterns = [
    path("brand.css", public_views.brand_css, name="brand_css"),
    path("logo/<str:name>", public_views.logo, name="logo"),
]
