"""The one settings module; everything that differs between installations comes from the environment.

The variables are explained in README.md, and .env.example holds them ready to copy to .env.
"""

from pathlib import Path

import environ
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from portal_project import admin_site, environment

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")

DEBUG = environment.boolean(env, "DEBUG", False)
SECRET_KEY = environment.secret_key(env, debug=DEBUG)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
PORTAL_URL = env.str("PORTAL_URL", default="http://127.0.0.1:8000").rstrip("/")
if not PORTAL_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured(
        f"PORTAL_URL is {PORTAL_URL!r}; it should be an address such as https://portal.example.com."
    )
CSRF_TRUSTED_ORIGINS = [PORTAL_URL] if PORTAL_URL.startswith("https://") else []

# Customers are invited, imported or made by staff; strangers may sign up only where this is on.
ALLOW_SIGNUP = environment.boolean(env, "ALLOW_SIGNUP", False)

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_q",
    "simple_history",
    "portal_project.accounts",
    "portal_project.mail",
    "products",
    "subscriptions",
    "support",
    # Last, because what it does after `migrate` needs every other app's tables and permissions.
    "portal_project",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "portal_project.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "subscriptions.middleware.RefusalMiddleware",
]
if DEBUG:
    MIDDLEWARE.append("portal_project.demo.not_found.NotFoundMiddleware")

ROOT_URLCONF = "portal_project.urls"
WSGI_APPLICATION = "portal_project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal_project.accounts.context.portal",
            ],
        },
    },
]

DATABASES = {"default": environment.database(env, f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The limits on signing in live in the cache, so every process has to share it.
cache_url = "locmemcache://" if DEBUG else "dbcache://portal_cache"
CACHES = {
    "default": environment.address(
        "CACHE_URL", lambda: env.cache("CACHE_URL", default=cache_url), "redis://127.0.0.1:6379/0"
    )
}

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
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if ALLOW_SIGNUP else "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = environment.time_zone(env)
USE_TZ = True
FORMAT_MODULE_PATH = "portal_project.formats"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# What people send in. Never served from here: each file has a view that asks who may have it.
MEDIA_ROOT = env.str("FILES_DIR", default=str(BASE_DIR / "files"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal_project.static_files.PortalStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

# Mail: the outbox worker is the only sender; see portal_project.mail.
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
vars().update(
    environment.address(
        "EMAIL_URL",
        lambda: env.email("EMAIL_URL", default="consolemail://"),
        "smtp+tls://user:password@mail.example.com:587",
    )
)
if vars().get("EMAIL_FILE_PATH"):
    # django-environ leaves out the slash that begins the path.
    EMAIL_FILE_PATH = f"/{vars()['EMAIL_FILE_PATH'].lstrip('/')}"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Subscription Portal <portal@localhost>")

Q_CLUSTER = {
    "name": "portal",
    "orm": "default",
    "workers": environment.integer(env, "WORKER_PROCESSES", 1),
    "timeout": 3600,
    "retry": 3700,
    "max_attempts": 3,
    "catch_up": False,
    "poll": 1,
    "save_limit": 250,
    "label": _("Background work"),
}

SECURE_SSL = environment.boolean(env, "SECURE_SSL", not DEBUG)
SECURE_SSL_REDIRECT = SECURE_SSL
SESSION_COOKIE_SECURE = SECURE_SSL
CSRF_COOKIE_SECURE = SECURE_SSL
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE_SSL else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_SSL
SECURE_HSTS_PRELOAD = SECURE_SSL
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
if environment.boolean(env, "BEHIND_PROXY", False):
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

SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = False

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
