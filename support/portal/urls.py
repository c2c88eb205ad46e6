from django.urls import path

from support.portal import views

app_name = "support"
urlpatterns = [
    path("", views.tickets, name="tickets"),
    path("new/", views.new_ticket, name="new"),
    path("<number:number>/", views.ticket, name="ticket"),
    path("<number:number>/files/<int:pk>/", views.attachment, name="attachment"),
]
