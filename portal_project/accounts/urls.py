"""What allauth's own addresses are included after, so that these come first."""

from django.urls import path

from portal_project.accounts import address_views, passkey_views, sign_in, views
from portal_project.accounts import second_step_views as second_step

urlpatterns = [
    path("", views.account, name="account"),
    path("person/", views.edit_person, name="edit_person"),
    path("invoicing/", views.edit_invoiced_party, name="edit_invoiced_party"),
    path("appearance/", views.edit_appearance, name="edit_appearance"),
    path("language/", views.edit_language, name="edit_language"),
    path("language/choose/", views.choose_language, name="choose_language"),
    path("address/", address_views.change_address, name="change_address"),
    path("address/send-again/", address_views.send_again, name="send_address_link_again"),
    path("address/drop/", address_views.drop, name="drop_address_change"),
    path("address/confirm/<str:secret>/", address_views.confirm_address, name="confirm_address"),
    path("address/undo/<str:secret>/", address_views.undo_address, name="undo_address"),
    path("data/", views.own_data, name="own_data"),
    path("sessions/", views.sessions, name="usersessions_list"),
    path("2fa/", second_step.overview, name="mfa_index"),
    path("2fa/authenticate/", second_step.AuthenticateView.as_view(), name="mfa_authenticate"),
    path("2fa/reauthenticate/", second_step.ReauthenticateView.as_view(), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", second_step.ActivateView.as_view(), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", second_step.DeactivateView.as_view(), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", second_step.RecoveryCodesView.as_view(), name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", second_step.GenerateCodesView.as_view(), name="mfa_generate_recovery_codes"),
    path("2fa/webauthn/", passkey_views.overview, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", passkey_views.AddView.as_view(), name="mfa_add_webauthn"),
    path("2fa/webauthn/login/", passkey_views.SignInView.as_view(), name="mfa_login_webauthn"),
    path(
        "2fa/webauthn/reauthenticate/", passkey_views.ReauthenticateView.as_view(), name="mfa_reauthenticate_webauthn"
    ),
    path("2fa/webauthn/keys/<int:pk>/edit/", passkey_views.rename, name="mfa_edit_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", passkey_views.remove, name="mfa_remove_webauthn"),
    path("mails/", views.mail_settings, name="mail_settings"),
    path("mails/reminders/<str:number>/<str:signature>/", views.switch_off_reminders, name="switch_off_reminders"),
    path("login/code/confirm/", views.confirm_login_code, name="account_confirm_login_code"),
    path("login/", sign_in.LoginView.as_view(), name="account_login"),
    path("login/code/", sign_in.RequestLoginCodeView.as_view(), name="account_request_login_code"),
    path("password/reset/", sign_in.PasswordResetView.as_view(), name="account_reset_password"),
    path("reauthenticate/", sign_in.ReauthenticateView.as_view(), name="account_reauthenticate"),
]
