from django.urls import path

from portal_project.mail import demo_views

urlpatterns = [path("", demo_views.mails, name="demo_mails")]
