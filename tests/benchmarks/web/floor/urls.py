from django.urls import path

from tests.benchmarks.web.floor import views

urlpatterns = [
    path("", views.home, name="home"),
    path("subscriptions/<str:number>/", views.subscription, name="subscription"),
    path("subscriptions/<str:number>/pause/", views.pause, name="pause"),
    path("subscriptions/<str:number>/cancel/", views.cancel, name="cancel"),
    path("support/new/", views.new_ticket, name="new_ticket"),
    path("queue/", views.queue, name="queue"),
    path("queue/<int:pk>/", views.ticket, name="ticket"),
]
