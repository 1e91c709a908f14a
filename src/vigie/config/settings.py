"""Django's settings, made from `vigie.config.options`; nothing here reads the environment by itself."""

import os
from contextlib import suppress
from pathlib import Path

import django_stubs_ext
from django.core.management.utils import get_random_secret_key

from vigie.config import options as _options

django_stubs_ext.monkeypatch()

OPTIONS = _options.load()
BASE = Path(__file__).resolve().parent.parent


def _secret_key() -> str:
    """The configured key, or one made once and kept in the data folder, readable by its owner only.

    Two processes that start at once end up with the same: the one that links its file first wins.
    """
    if key := _options.secret("VIGIE_SECRET_KEY"):
        return key
    path = OPTIONS.data / "secret-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f".secret-key.{os.getpid()}")
        made.touch(mode=0o600)
        made.write_text(get_random_secret_key(), "utf-8")
        with suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    return path.read_text("utf-8").strip()


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = [old for old in [_options.secret("VIGIE_SECRET_KEY_OLD")] if old]
DEBUG = OPTIONS["site.debug"]
ALLOWED_HOSTS = OPTIONS["site.hosts"]
ROOT_URLCONF = "vigie.config.urls"
WSGI_APPLICATION = "vigie.config.wsgi.application"

INSTALLED_APPS = [
    "vigie.kernel",
    "vigie.people",
    "vigie.post",
    "vigie.duty",
    "vigie.duty.seen",
    "vigie.duty.escalation",
    "vigie.duty.handover",
    "vigie.services",
    "vigie.experiments",
    "vigie.experiments.coverage",
    "vigie.notices",
    "vigie.notices.subscriptions",
    "vigie.jobs",
    "vigie.jobs.findings",
    "vigie.outages",
    "vigie.public",
    "vigie.dayone",
    "vigie.web",
    "vigie.api",
    "vigie.demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "vigie.api.middleware.Latency",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "vigie.web.middleware.ContentSecurityPolicy",
    "vigie.api.middleware.ErrorShape",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "vigie.web.middleware.NotTooMuch",
    "vigie.web.middleware.NoNul",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "vigie.web.middleware.ErrorsForPeople",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "vigie.web.context.desk",
                "vigie.demo.context.ribbon",
            ],
        },
    },
]

DATABASES = {"default": _options.database(OPTIONS)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("login", "name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "vigie.web.login.NoSignup"
SOCIALACCOUNT_ADAPTER = "vigie.web.login.KnownPersonsOnly"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "centre",
                "name": OPTIONS["oidc.name"],
                "client_id": OPTIONS["oidc.client"],
                "secret": _options.secret("VIGIE_OIDC_SECRET"),
                "settings": {"server_url": OPTIONS["oidc.url"]},
            }
        ]
        if OPTIONS["oidc.url"]
        else []
    }
}

USE_TZ = True
TIME_ZONE = OPTIONS["site.time_zone"]
USE_I18N = True
LANGUAGE_CODE = OPTIONS["site.language"]
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"

STATIC_URL = "/static/"
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder"]
WHITENOISE_USE_FINDERS = True  # no collectstatic step between `pip install` and a page
WHITENOISE_AUTOREFRESH = DEBUG

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = OPTIONS["mail.host"]
EMAIL_PORT = OPTIONS["mail.port"]
EMAIL_HOST_USER = OPTIONS["mail.user"]
EMAIL_HOST_PASSWORD = _options.secret("VIGIE_MAIL_PASSWORD")
EMAIL_USE_TLS = OPTIONS["mail.starttls"]
EMAIL_TIMEOUT = OPTIONS["mail.timeout"]
DEFAULT_FROM_EMAIL = OPTIONS["mail.sender"]
INBOX = _options.inbox(OPTIONS)  # the mailbox that is read, its password included
TARGETS = OPTIONS.targets  # where notices go beside mail: {name: channel, language, file of the address}
ACCOUNTS = _options.accounts(OPTIONS)  # where farm accounts come from, the directory's password included
BATCH = _options.batch_systems(OPTIONS)  # batch systems that are asked, their secrets included
CHANNELS = _options.channels(OPTIONS)  # what each way out is configured with, secrets read from their files

_HTTPS = OPTIONS["site.url"].startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [OPTIONS["site.url"]]
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if OPTIONS["serve.proxy"] else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

LOGGING_CONFIG = None  # vigie.config.logging sets it up, once, where a program starts
