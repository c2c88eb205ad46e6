from django.urls import path

from portal_project.receipts import views

app_name = "receipts"
urlpatterns = [
    path("", views.receipts, name="list"),
    path("<number:number>/", views.receipt, name="detail"),
]
