from django.urls import path

from subscriptions import views

app_name = "subscriptions"
urlpatterns = [
    path("", views.subscriptions, name="list"),
    path("<str:number>/", views.detail, name="detail"),
    path("<str:number>/pause/", views.pause, name="pause"),
    path("<str:number>/drop-pause/", views.drop_pause, name="drop_pause"),
    path("<str:number>/resume-date/", views.resume_date, name="resume_date"),
    path("<str:number>/resume/", views.resume, name="resume"),
]
