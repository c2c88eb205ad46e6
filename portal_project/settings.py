"""The one settings module; everything that differs between installations comes from the environment.

The variables are explained in README.md, and .env.example holds them ready to copy to .env.
"""

from pathlib import Path

import structlog
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from portal_project import admin_site, env_file, environment, languages

BASE_DIR = Path(__file__).resolve().parent.parent

env_file.load(BASE_DIR / ".env")

DEBUG = environment.boolean("DEBUG", default=False)
SECRET_KEY = environment.secret_key(debug=DEBUG)
SECRET_KEY_FALLBACKS = environment.former_secret_keys()
ALLOWED_HOSTS = environment.hosts()
PORTAL_URL = environment.portal_url()
CSRF_TRUSTED_ORIGINS = [PORTAL_URL] if PORTAL_URL.startswith("https://") else []

# Customers are invited, imported or made by staff; strangers may sign up only where this is on.
ALLOW_SIGNUP = environment.boolean("ALLOW_SIGNUP", default=False)
ADMIN_REQUIRES_MFA = environment.boolean("ADMIN_REQUIRES_MFA", default=False)

INSTALLED_APPS = [
    # Without a site of its own: ours stands on it.
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.simple_history",
    "portal_project.admin_app.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_q",
    "simple_history",
    "portal_project.accounts",
    "portal_project.mail",
    "portal_project.receipts",
    "portal_project.exports",
    "products",
    "subscriptions",
    "support",
    # Last, because what it does after `migrate` needs every other app's tables and permissions.
    "portal_project",
]

MIDDLEWARE = [
    # First, because probes ask by an address that is not in ALLOWED_HOSTS, and without HTTPS.
    "portal_project.middleware.ProbesMiddleware",
    "portal_project.middleware.LanguageMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal_project.middleware.NoStoreMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "portal_project.middleware.ContentSecurityPolicyMiddleware",
    "portal_project.middleware.SessionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal_project.accounts.viewing_middleware.ViewingMiddleware",
    "portal_project.middleware.AccountLanguageMiddleware",
    "portal_project.common.drafts.middleware.DraftsMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal_project.accounts.staff_gate.StaffGateMiddleware",
    "portal_project.middleware.NulMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal_project.middleware.RefusalMiddleware",
]
if DEBUG:
    MIDDLEWARE.append("portal_project.demo.own_pages.OwnPagesMiddleware")

ROOT_URLCONF = "portal_project.urls"
WSGI_APPLICATION = "portal_project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal_project.accounts.context.portal",
            ],
            # The mark of its page beside the CSRF token of every form; the language, and days as that one writes them.
            "builtins": ["portal_project.common.drafts.tags", "portal_project.common.language_tags"],
            "libraries": {"charts": "portal_project.common.charts.tags"},
        },
    },
]
FORM_RENDERER = "portal_project.common.form_renderer.FormRenderer"
CSRF_FAILURE_VIEW = "portal_project.common.drafts.middleware.csrf_failure"

DATABASES = {"default": environment.database(BASE_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The limits on signing in live in the cache, so every process has to share it.
CACHES = {"default": environment.cache(default="locmemcache://" if DEBUG else "dbcache://portal_cache")}

# Django’s own caches begin to forget at 300 entries, and with them the limits.
if CACHES["default"]["BACKEND"].rpartition(".")[2] in ("DatabaseCache", "LocMemCache"):
    CACHES["default"]["OPTIONS"] = {"MAX_ENTRIES": 50_000} | CACHES["default"].get("OPTIONS", {})

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "portal_project.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
# Those of pages that have no view of ours.
ACCOUNT_FORMS = {
    "signup": "portal_project.accounts.sign_in.SignupForm",
    "confirm_login_code": "portal_project.accounts.sign_in.ConfirmLoginCodeForm",
    "user_token": "portal_project.accounts.sign_in.UserTokenForm",
}
# How long what a mail holds can be used, in seconds or days; it outlives a second attempt to send the mail.
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600
ADDRESS_CONFIRM_TIMEOUT = 24 * 3600
ADDRESS_UNDO_TIMEOUT = 7 * 24 * 3600
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if ALLOW_SIGNUP else "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
# Those that a stranger could use up for somebody else are counted in accounts.limits instead.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None, "request_login_code": None, "reset_password": None}

MFA_ADAPTER = "portal_project.accounts.mfa_adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A passkey is something one has and a finger, a face or a PIN, wherever it is asked for; so it may sign in alone.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# As many sign-ins as with passwords (accounts.limits); there is nothing to guess.
MFA_RATE_LIMITS = {"webauthn_login": "30/m/ip"}
MFA_RECOVERY_CODES_SHOW_ONCE = True
# A code is right half a minute early and late too, for clocks that differ.
MFA_TOTP_TOLERANCE = 1
# Nobody has an account here by an address that they cannot read, so a new one that is not confirmed yet says nothing.
MFA_ALLOW_UNVERIFIED_EMAIL = True

LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "portal_project" / "locale"]
LANGUAGES = languages.offered(LOCALE_PATHS[0])
MERCHANT_LANGUAGE = environment.language("MERCHANT_LANGUAGE", default=LANGUAGE_CODE)
TIME_ZONE = environment.time_zone()
USE_TZ = True
FORMAT_MODULE_PATH = "portal_project.formats"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# What people send in. Never served from here: each file has a view that asks who may have it.
MEDIA_ROOT = environment.folder("FILES_DIR", default=BASE_DIR / "files")
STORAGES = {
    "default": {"BACKEND": "portal_project.common.full_disk.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal_project.static_files.PortalStaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "portal_project.common.full_disk.TemporaryFileUploadHandler",
]
WHITENOISE_USE_FINDERS = True

# Mail: the outbox worker is the only sender; see portal_project.mail.
vars().update(environment.email())
DEFAULT_FROM_EMAIL = environment.sender()
# How long the worker is busy with mail at most, whatever the server does: to connect, to hand over one mail, and until it
# begins no further one, because something else may be due. A filter takes its time to read a mail; one that was given up
# too early arrives twice.
MAIL_CONNECT_SECONDS = 10
MAIL_SEND_SECONDS = 20
MAIL_RUN_SECONDS = 10

# Whom to tell of auto-renew, per kind of linked service; a kind that is not here is wound down by hand. And for how long an
# answer is waited for, and until no further call is begun, in seconds.
PROVIDERS = environment.providers()
PROVIDER_SECONDS = 30
PROVIDER_RUN_SECONDS = 10

Q_CLUSTER = {
    "name": "portal",
    "orm": "default",
    "workers": environment.integer("WORKER_PROCESSES", default=1, least=1, most=100),
    "timeout": 3600,
    "retry": 3700,
    "max_attempts": 3,
    "catch_up": False,
    "poll": 1,
    "save_limit": 250,
    "label": _("Background work"),
}

SECURE_SSL = environment.boolean("SECURE_SSL", default=not DEBUG)
SECURE_SSL_REDIRECT = SECURE_SSL
SESSION_COOKIE_SECURE = SECURE_SSL
CSRF_COOKIE_SECURE = SECURE_SSL
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE_SSL else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_SSL
SECURE_HSTS_PRELOAD = SECURE_SSL
SESSION_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = SECURE_SSL
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
X_FRAME_OPTIONS = "DENY"
if environment.boolean("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: [] for feature in ("camera", "geolocation", "microphone", "payment", "usb")
}

UNFOLD = {
    "SITE_TITLE": _("Subscription portal"),
    "SITE_HEADER": "portal_project.admin_site.header",
    "SITE_SYMBOL": "autorenew",
    "SITE_URL": None,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": admin_site.favicon}],
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "portal_project.admin_site.home",
    "STYLES": [admin_site.stylesheet],
    "SIDEBAR": {"show_search": True, "navigation": "portal_project.admin_site.navigation"},
    "COLORS": {
        "primary": {
            "50": "#f0fdfa",
            "100": "#ccfbf1",
            "200": "#99f6e4",
            "300": "#5eead4",
            "400": "#2dd4bf",
            "500": "#0d9488",
            "600": "#0f766e",
            "700": "#115e59",
            "800": "#134e4a",
            "900": "#103f3c",
            "950": "#042f2e",
        },
    },
}

# People read the log in development, machines in production.
RENDERER: structlog.typing.Processor = structlog.dev.ConsoleRenderer() if DEBUG else structlog.processors.JSONRenderer()
LOG_FIELDS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": LOG_FIELDS,
            "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, RENDERER],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django-q": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}
structlog.configure(
    processors=[*LOG_FIELDS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
