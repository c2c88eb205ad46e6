"""Who may open which address of the portal and the admin, and send a form to it (`docs/design.md`, Roles): all of it, by hand."""

NOBODY: set[str] = set()
BOSS = {"boss"}
"""Superusers."""
MERCHANTS = BOSS | {"merchant"}
SUPPORT = MERCHANTS | {"support"}
STAFF = SUPPORT | {"plain"}
"""With or without a role."""

NOT_TAKEN = None
"""The address takes no such request, from whomever: 405."""

# Of each model in the admin: who sees its list, a row's page and its history; who adds, changes and deletes one.
MODELS = {
    "accounts_customer": (SUPPORT, NOBODY, SUPPORT, NOBODY),
    "accounts_merchant": (MERCHANTS, NOBODY, MERCHANTS, NOBODY),
    "accounts_user": (SUPPORT, MERCHANTS, MERCHANTS, NOBODY),
    "accounts_viewing": (MERCHANTS, NOBODY, NOBODY, NOBODY),
    "auth_group": (BOSS, BOSS, BOSS, BOSS),
    "django_q_failure": (BOSS, NOBODY, BOSS, BOSS),
    "django_q_ormq": (BOSS, NOBODY, BOSS, BOSS),
    "django_q_schedule": (BOSS, BOSS, BOSS, BOSS),
    "django_q_success": (BOSS, NOBODY, BOSS, BOSS),
    "exports_export": (SUPPORT, NOBODY, NOBODY, NOBODY),
    "mail_outgoingmail": (MERCHANTS, NOBODY, NOBODY, NOBODY),
    "products_cancellationreason": (SUPPORT, MERCHANTS, MERCHANTS, MERCHANTS),
    "products_plan": (SUPPORT, MERCHANTS, MERCHANTS, MERCHANTS),
    "products_product": (SUPPORT, MERCHANTS, MERCHANTS, MERCHANTS),
    "receipts_receipt": (SUPPORT, NOBODY, NOBODY, NOBODY),
    "subscriptions_bulkact": (MERCHANTS, MERCHANTS, MERCHANTS, NOBODY),
    "subscriptions_invoice": (SUPPORT, NOBODY, NOBODY, NOBODY),
    "subscriptions_paymentfile": (MERCHANTS, MERCHANTS, MERCHANTS, NOBODY),
    "subscriptions_subscription": (SUPPORT, MERCHANTS, SUPPORT, NOBODY),
    "support_alternativeshowing": (SUPPORT, NOBODY, NOBODY, NOBODY),
    "support_cancellationrequest": (SUPPORT, NOBODY, NOBODY, NOBODY),
    "support_offer": (SUPPORT, NOBODY, NOBODY, NOBODY),
    "support_savedreply": (SUPPORT, SUPPORT, SUPPORT, SUPPORT),
    "support_ticket": (SUPPORT, NOBODY, SUPPORT, NOBODY),
}

# Of each other address of the admin: who opens it, who sends something to it. They go before what the models say.
ADMIN = {
    "index": (STAFF, STAFF),
    "search": (STAFF, STAFF),
    "password_change": (STAFF, STAFF),
    "password_change_done": (STAFF, NOT_TAKEN),
    "jsi18n": (STAFF, NOT_TAKEN),
    "view_on_site": (STAFF, STAFF),
    "app_list": (SUPPORT, SUPPORT),
    "autocomplete": (SUPPORT, NOT_TAKEN),
    "system": (MERCHANTS, NOT_TAKEN),
    "system_test_mail": (NOT_TAKEN, MERCHANTS),
    "who_did_what": (MERCHANTS, NOT_TAKEN),
    # Of a list that Support sees.
    "csv_take": (SUPPORT, SUPPORT),
    "csv_file": (SUPPORT, NOT_TAKEN),
    "save_view": (NOT_TAKEN, SUPPORT),
    "delete_view": (NOT_TAKEN, SUPPORT),
    # These lead to an address that refuses whoever may not.
    "accounts_merchant_changelist": (STAFF, STAFF),
    "accounts_customer_add": (STAFF, STAFF),
    "subscriptions_bulkrow_changelist": (STAFF, STAFF),
    "support_winddownstep_changelist": (SUPPORT, SUPPORT),
    # People; what is done to staff stands below.
    "accounts_user_forget": (MERCHANTS, MERCHANTS),
    "auth_user_password_change": (MERCHANTS, MERCHANTS),
    "accounts_user_invite": (BOSS, BOSS),
    "accounts_user_invite_again": (BOSS, BOSS),
    "accounts_user_remove_second_step": (BOSS, BOSS),
    "accounts_customer_view_as": (NOT_TAKEN, SUPPORT),
    "accounts_customer_leave": (NOT_TAKEN, STAFF),
    "mail_outgoingmail_send_again": (NOT_TAKEN, MERCHANTS),
    # Products, with their settings, plans, alternatives and translations.
    "products_product_preview": (SUPPORT, MERCHANTS),
    "products_product_preview_new": (MERCHANTS, MERCHANTS),
    "products_product_copy_actions": (MERCHANTS, MERCHANTS),
    "products_product_simple_history": (SUPPORT, NOBODY),
    "products_plan_simple_history": (SUPPORT, NOBODY),
    "products_cancellationreason_simple_history": (SUPPORT, NOBODY),
    # One subscription.
    "subscriptions_subscription_events": (SUPPORT, NOT_TAKEN),
    "subscriptions_subscription_pause": (SUPPORT, SUPPORT),
    "subscriptions_subscription_resume": (SUPPORT, SUPPORT),
    "subscriptions_subscription_resume_date": (SUPPORT, SUPPORT),
    "subscriptions_subscription_drop_pause": (SUPPORT, SUPPORT),
    "subscriptions_subscription_discount": (SUPPORT, SUPPORT),
    "subscriptions_subscription_change_plan": (SUPPORT, SUPPORT),
    "subscriptions_subscription_drop_plan_change": (SUPPORT, SUPPORT),
    "subscriptions_subscription_change_price": (MERCHANTS, MERCHANTS),
    "subscriptions_subscription_drop_price_change": (MERCHANTS, MERCHANTS),
    "subscriptions_subscription_request_cancellation": (SUPPORT, SUPPORT),
    "subscriptions_subscription_withdraw": (SUPPORT, SUPPORT),
    "subscriptions_subscription_keep_active": (SUPPORT, SUPPORT),
    "subscriptions_subscription_cancel_now": (SUPPORT, SUPPORT),
    # Many subscriptions.
    "subscriptions_bulkact_rows": (MERCHANTS, NOT_TAKEN),
    "subscriptions_bulkact_confirm": (NOT_TAKEN, MERCHANTS),
    "subscriptions_bulkact_stop": (NOT_TAKEN, MERCHANTS),
    "subscriptions_bulkact_resume": (NOT_TAKEN, MERCHANTS),
    "subscriptions_bulkact_discard": (NOT_TAKEN, MERCHANTS),
    # Money.
    "subscriptions_invoice_record_payment": (MERCHANTS, MERCHANTS),
    "subscriptions_invoice_void": (MERCHANTS, MERCHANTS),
    "subscriptions_invoice_import_payments": (MERCHANTS, MERCHANTS),
    "subscriptions_paymentfile_confirm": (NOT_TAKEN, MERCHANTS),
    "subscriptions_paymentfile_discard": (NOT_TAKEN, MERCHANTS),
    "subscriptions_paymentfile_refused": (MERCHANTS, NOT_TAKEN),
    # Tickets, the queue, requests, offers, wind-down.
    "support_ticket_reply": (SUPPORT, SUPPORT),
    "support_ticket_presence": (NOT_TAKEN, SUPPORT),
    "support_ticket_attachment": (SUPPORT, SUPPORT),
    "support_ticket_turn_into_request": (SUPPORT, SUPPORT),
    "support_ticket_offer": (SUPPORT, SUPPORT),
    "support_ticket_take_back": (SUPPORT, SUPPORT),
    "support_wind_down_mark": (SUPPORT, SUPPORT),
    "support_cancellationrequest_leaving": (SUPPORT, SUPPORT),
    "support_cancellationrequest_messages": (SUPPORT, SUPPORT),
}

# What is done to somebody of staff.
OF_STAFF = {
    "accounts_user_change": (SUPPORT, BOSS),
    "auth_user_password_change": (BOSS, BOSS),
    "accounts_user_invite_again": (BOSS, BOSS),
    "accounts_user_remove_second_step": (BOSS, BOSS),
    "accounts_customer_view_as": (NOT_TAKEN, NOBODY),
}

# Of each address of the portal: for whom it is, and what it takes.
ANYBODY = "whoever comes, signed in or not"
EACH = "everybody signed in, of their own"
CUSTOMERS = "every customer, of their own; to staff it is not there"
HERS = "whose it is; to everybody else it is not there"
NO_ONE = "nobody: it is closed, so that it is not there"
BOTH = "GET POST"
PORTAL = {
    "home": (EACH, "GET"),
    "brand_css": (ANYBODY, "GET"),
    "logo": (ANYBODY, "GET"),
    "subscriptions:list": (EACH, "GET"),
    "subscription": (HERS, "GET"),
    "subscriptions:pause": (HERS, BOTH),
    "subscriptions:drop_pause": (HERS, BOTH),
    "subscriptions:resume_date": (HERS, BOTH),
    "subscriptions:resume": (HERS, BOTH),
    "subscriptions:plan": (HERS, BOTH),
    "subscriptions:drop_plan_change": (HERS, BOTH),
    "cancel_subscription": (HERS, BOTH),
    "withdraw_cancellation": (HERS, BOTH),
    "alternative": (HERS, BOTH),
    "accept_offer": (HERS, BOTH),
    "go_on_canceling": (HERS, "POST"),
    "invoices:list": (EACH, "GET"),
    "invoices:detail": (HERS, "GET"),
    "receipts:list": (EACH, "GET"),
    "receipts:detail": (HERS, "GET"),
    "support:tickets": (EACH, "GET"),
    "support:new": (EACH, BOTH),
    "support:ticket": (HERS, BOTH),
    "support:attachment": (HERS, "GET"),
    "account": (EACH, "GET"),
    "edit_person": (EACH, BOTH),
    "edit_invoiced_party": (CUSTOMERS, BOTH),
    "edit_appearance": (EACH, BOTH),
    "edit_language": (EACH, BOTH),
    "choose_language": (ANYBODY, "POST"),
    "change_address": (EACH, BOTH),
    "send_address_link_again": (EACH, "POST"),
    "drop_address_change": (EACH, "POST"),
    "confirm_address": (ANYBODY, BOTH),
    "undo_address": (ANYBODY, BOTH),
    "own_data": (EACH, BOTH),
    "usersessions_list": (EACH, BOTH),
    "mail_settings": (EACH, BOTH),
    "switch_off_reminders": (ANYBODY, BOTH),
    "mfa_index": (EACH, "GET"),
    "mfa_authenticate": (EACH, BOTH),
    "mfa_reauthenticate": (EACH, BOTH),
    "mfa_activate_totp": (EACH, BOTH),
    "mfa_deactivate_totp": (EACH, BOTH),
    "mfa_view_recovery_codes": (EACH, "GET"),
    "mfa_generate_recovery_codes": (EACH, BOTH),
    "mfa_download_recovery_codes": (NO_ONE, BOTH),
    "mfa_list_webauthn": (EACH, "GET"),
    "mfa_add_webauthn": (EACH, BOTH),
    "mfa_login_webauthn": (EACH, BOTH),
    "mfa_reauthenticate_webauthn": (EACH, BOTH),
    "mfa_edit_webauthn": (EACH, BOTH),
    "mfa_remove_webauthn": (EACH, BOTH),
    "account_login": (ANYBODY, BOTH),
    "account_request_login_code": (ANYBODY, BOTH),
    "account_confirm_login_code": (EACH, BOTH),
    "account_signup": (ANYBODY, BOTH),
    "account_inactive": (ANYBODY, "GET"),
    "account_reauthenticate": (EACH, BOTH),
    "account_email": (NO_ONE, BOTH),
    "account_email_verification_sent": (ANYBODY, "GET"),
    "account_confirm_email": (ANYBODY, BOTH),
    "account_change_password": (EACH, BOTH),
    "account_set_password": (EACH, BOTH),
    "account_reset_password": (ANYBODY, BOTH),
    "account_reset_password_done": (ANYBODY, "GET"),
    "account_reset_password_from_key": (ANYBODY, BOTH),
    "account_reset_password_from_key_done": (ANYBODY, "GET"),
}

# Not in the walk, because they end it: signing in and out. And what Django answers for an address that there is not.
LEFT_OUT = {"login", "admin:login", "admin:logout", "account_logout", "admin:nowhere"}
