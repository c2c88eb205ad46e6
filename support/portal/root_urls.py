"""Addresses outside /support/ of pages that touch both subscriptions and tickets."""

from django.urls import path

from subscriptions.portal.views import act
from support.cancellations.forms import WithdrawForm
from support.portal import canceling, views

urlpatterns = [
    path("", views.home, name="home"),
    path("subscriptions/<number:number>/", views.subscription, name="subscription"),
    path("subscriptions/<number:number>/cancel/", canceling.cancel, name="cancel_subscription"),
    path("subscriptions/<number:number>/withdraw/", act, {"form_class": WithdrawForm}, name="withdraw_cancellation"),
    path("subscriptions/<number:number>/alternatives/<int:pk>/", canceling.alternative, name="alternative"),
    path("subscriptions/<number:number>/offer-<int:pk>/", views.accept_offer, name="accept_offer"),
    path("subscriptions/<number:number>/go-on-canceling/", views.go_on_canceling, name="go_on_canceling"),
]
