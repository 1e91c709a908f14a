"""What must be ready before a command's module is imported: Django, or nothing."""

import os

from vigie.cli.errors import Misconfigured
from vigie.cli.words import gettext as _
from vigie.cli.words import language

SETTINGS = "vigie.config.settings"


def ready(needs: str) -> None:
    """Set Django up as the command needs it, in the caller's language. Raises Misconfigured with every fault."""
    if needs == "nothing":
        return
    from django.apps import apps  # noqa: PLC0415 # half a second: only for commands that need it

    if not apps.ready:
        os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
        set_up()
    from django.utils import translation  # noqa: PLC0415 # same

    translation.activate(language())


def set_up() -> None:
    """Django's setup, with what can go wrong there in words."""
    import django  # noqa: PLC0415 # same
    from django.conf import settings  # noqa: PLC0415 # same

    try:
        faults = settings.OPTIONS.faults
    except OSError as error:
        words = _("%(file)s: %(reason)s") % {"file": error.filename, "reason": error.strerror}
        raise Misconfigured([words]) from error
    if faults:
        raise Misconfigured([str(fault) for fault in faults])
    django.setup()
