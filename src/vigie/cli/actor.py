"""Who acts at the command line. Whoever can read the configuration's secrets can be anyone: that is their machine."""

import getpass

from vigie.cli.errors import Wrong
from vigie.cli.words import gettext as _
from vigie.kernel.errors import Missing
from vigie.people.models import Person
from vigie.people.queries import person_by_login, staff


def acting(login: str) -> Person:
    """The active person with this login; without one, the person whose login is that of the machine."""
    if login:
        return person_by_login(login)
    try:
        here = getpass.getuser()
    except (KeyError, OSError):  # no name for this user on this machine
        here = ""
    person = staff().filter(login=here).first() if here else None
    if person is None:
        raise Wrong(
            _("Vigie knows nobody with your login (%(login)s).") % {"login": here or "?"},
            hint=_("Say who you are: --as LOGIN, or set VIGIE_USER. “vigie people list” shows everyone."),
        )
    return person


def somebody(login: str) -> Person:
    """The active person with this login; `Missing` says how to find the right one."""
    if not login.strip():
        raise Missing(
            "person.unknown", _("A login is missing."), hint=_("“vigie people list” shows everyone.")
        )
    return person_by_login(login.strip())
