"""Django's settings, made from the typed environment: nothing else in Mailroom reads the environment."""

from pathlib import Path

from csp.constants import NONCE

from mailroom.base import logs, secrets
from mailroom.settings import assets, database, environment

ENVIRONMENT = environment.read()
PACKAGE = Path(__file__).resolve().parent.parent
DATA = ENVIRONMENT.data.resolve()

KEYS = secrets.read_or_create(DATA / "key")
SECRET_KEY = KEYS.derive("django")
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = ["*"]  # the address is the operator's affair: links are made from MAILROOM_URL, never from Host
DATABASES = database.databases(ENVIRONMENT.database_url, DATA)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "axes",
    "auditlog",
    "ninja",
    "mailroom.records.organisation",
    "mailroom.records.filters",
    "mailroom.records.files",
    "mailroom.records.email_accounts",
    "mailroom.records.crm",
    "mailroom.records.emails",
    "mailroom.records.assignment",
    "mailroom.records.conversations",
    "mailroom.records.notifications",
    "mailroom.records.preferences",
    "mailroom.flows.scheduling",
    "mailroom.flows.watching",
    "mailroom.flows.sending",
    "mailroom.flows.receiving",
    "mailroom.flows.incoming",
    "mailroom.flows.mailings",
    "mailroom.faces.windows",
    "mailroom.faces.portal",
]
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    INSTALLED_APPS.append("procrastinate.contrib.django")  # its migrations are PostgreSQL's alone

MIDDLEWARE = [
    "mailroom.faces.windows.kit.middleware.OriginMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mailroom.faces.windows.kit.middleware.PersonMiddleware",
    "mailroom.faces.windows.kit.middleware.SizeMiddleware",
    "mailroom.faces.windows.kit.middleware.TrailMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "mailroom.faces.urls"
WSGI_APPLICATION = "mailroom.faces.wsgi.application"
APPEND_SLASH = True
X_FRAME_OPTIONS = "SAMEORIGIN"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    }
]

AUTH_USER_MODEL = "organisation.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/login/"
CSRF_FAILURE_VIEW = "mailroom.faces.windows.kit.errors.csrf_failed"
LOGIN_REDIRECT_URL = "/"
AXES_USERNAME_FORM_FIELD = "username"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "mailroom.faces.windows.sign_in.views.locked_out"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.public_url.startswith("https://")
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.public_url]
SECURE_HSTS_SECONDS = ENVIRONMENT.hsts_seconds if SESSION_COOKIE_SECURE else 0

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'", NONCE],
        "style-src": ["'self'", NONCE],
        "font-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "frame-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("nb", "Norsk bokmål")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = assets.address(PACKAGE)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = r"."  # each content has an address of its own
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

AUDITLOG_INCLUDE_ALL_MODELS = False
SILENCED_SYSTEM_CHECKS: list[str] = []
LOGGING_CONFIG = None
logs.configure(ENVIRONMENT.log)
