"""Addresses outside /support/ of pages that touch both subscriptions and tickets."""

from django.urls import path

from subscriptions.portal.views import act
from subscriptions.rules.states import Action
from support.portal import views

urlpatterns = [
    path("", views.home, name="home"),
    path("subscriptions/<number:number>/", views.subscription, name="subscription"),
    path("subscriptions/<number:number>/cancel/", views.cancel, name="cancel_subscription"),
    path(
        "subscriptions/<number:number>/withdraw/",
        act,
        {"action": Action.WITHDRAW_CANCELLATION},
        name="withdraw_cancellation",
    ),
]
