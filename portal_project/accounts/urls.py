from django.urls import path

from portal_project.accounts import views

urlpatterns = [path("mails/", views.mail_settings, name="mail_settings")]
