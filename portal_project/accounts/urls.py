"""What allauth's own addresses are included after, so that these come first."""

from django.urls import path

from portal_project.accounts import sign_in, views

urlpatterns = [
    path("", views.account, name="account"),
    path("person/", views.edit_person, name="edit_person"),
    path("invoicing/", views.edit_invoiced_party, name="edit_invoiced_party"),
    path("appearance/", views.edit_appearance, name="edit_appearance"),
    path("data/", views.own_data, name="own_data"),
    path("sessions/", views.sessions, name="usersessions_list"),
    path("mails/", views.mail_settings, name="mail_settings"),
    path("mails/reminders/<str:number>/<str:signature>/", views.switch_off_reminders, name="switch_off_reminders"),
    path("login/code/confirm/", views.confirm_login_code, name="account_confirm_login_code"),
    path("login/", sign_in.LoginView.as_view(), name="account_login"),
    path("login/code/", sign_in.RequestLoginCodeView.as_view(), name="account_request_login_code"),
    path("password/reset/", sign_in.PasswordResetView.as_view(), name="account_reset_password"),
    path("reauthenticate/", sign_in.ReauthenticateView.as_view(), name="account_reauthenticate"),
]
