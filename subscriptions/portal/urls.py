from django.urls import path

from subscriptions.portal import views
from subscriptions.rules.states import Action

app_name = "subscriptions"
urlpatterns = [
    path("", views.subscriptions, name="list"),
    path("<number:number>/pause/", views.act, {"action": Action.PAUSE}, name="pause"),
    path("<number:number>/drop-pause/", views.act, {"action": Action.DROP_PAUSE}, name="drop_pause"),
    path("<number:number>/resume-date/", views.act, {"action": Action.CHANGE_RESUME_DATE}, name="resume_date"),
    path("<number:number>/resume/", views.act, {"action": Action.RESUME}, name="resume"),
]
