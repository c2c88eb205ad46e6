"""Addresses outside /support/ of pages that touch both subscriptions and tickets."""

from django.urls import path

from subscriptions.portal.views import act
from support.cancellations.forms import WithdrawForm
from support.portal import views

CANCEL, WITHDRAW = {"form_class": views.cancel_form}, {"form_class": WithdrawForm}

urlpatterns = [
    path("", views.home, name="home"),
    path("subscriptions/<number:number>/", views.subscription, name="subscription"),
    path("subscriptions/<number:number>/cancel/", act, CANCEL, name="cancel_subscription"),
    path("subscriptions/<number:number>/withdraw/", act, WITHDRAW, name="withdraw_cancellation"),
]
