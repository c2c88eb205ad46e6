"""Addresses outside /support/ of pages that touch both subscriptions and tickets."""

from django.urls import path

from support.portal import views

urlpatterns = [
    path("", views.home, name="home"),
    path("subscriptions/<number:number>/cancel/", views.cancel, name="cancel_subscription"),
    path("subscriptions/<number:number>/withdraw/", views.withdraw, name="withdraw_cancellation"),
]
