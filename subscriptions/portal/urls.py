from django.urls import path

from subscriptions.confirm.billing_forms import DropPlanChangeForm, PlanForm
from subscriptions.confirm.pause_forms import DropPauseForm, PauseForm, ResumeDateForm, ResumeForm
from subscriptions.portal import views

app_name = "subscriptions"
urlpatterns = [
    path("", views.subscriptions, name="list"),
    path("<number:number>/pause/", views.act, {"form_class": PauseForm}, name="pause"),
    path("<number:number>/drop-pause/", views.act, {"form_class": DropPauseForm}, name="drop_pause"),
    path("<number:number>/resume-date/", views.act, {"form_class": ResumeDateForm}, name="resume_date"),
    path("<number:number>/plan/", views.act, {"form_class": PlanForm}, name="plan"),
    path(
        "<number:number>/drop-plan-change/",
        views.act,
        {"form_class": DropPlanChangeForm},
        name="drop_plan_change",
    ),
    path("<number:number>/resume/", views.act, {"form_class": ResumeForm}, name="resume"),
]
