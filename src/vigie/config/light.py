"""Django's settings for a command that reads the rota and nothing else: loaded in a fraction of the time."""

from vigie.config import options as _options

OPTIONS = _options.load()
SECRET_KEY = "only reads; signs nothing"  # noqa: S105 # as it says
INSTALLED_APPS = ["vigie.kernel", "vigie.people", "vigie.duty"]
DATABASES = {"default": _options.database(OPTIONS)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.Person"
USE_TZ = True
TIME_ZONE = OPTIONS["site.time_zone"]
USE_I18N = True
LANGUAGE_CODE = OPTIONS["site.language"]
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOGGING_CONFIG = None
