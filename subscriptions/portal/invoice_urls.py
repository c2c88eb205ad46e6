from django.urls import path

from subscriptions.portal import views

app_name = "invoices"
urlpatterns = [
    path("", views.invoices, name="list"),
    path("<int:number>/", views.invoice, name="detail"),
]
