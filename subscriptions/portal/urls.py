from django.urls import path

from subscriptions.portal import views

app_name = "subscriptions"
urlpatterns = [
    path("", views.subscriptions, name="list"),
    path("<number:number>/", views.detail, name="detail"),
    path("<number:number>/pause/", views.pause, name="pause"),
    path("<number:number>/drop-pause/", views.drop_pause, name="drop_pause"),
    path("<number:number>/resume-date/", views.resume_date, name="resume_date"),
    path("<number:number>/resume/", views.resume, name="resume"),
]
