"""The page a person gets when something owed climbs to them."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from vigie.duty.models import Escalation
from vigie.people.models import Person


def page_mail(escalation: Escalation, person: Person) -> dict[str, str]:
    """Subject and text of the mail that tells `person` what is owed, in their language."""
    what = escalation.what_fr if person.language == "fr" else escalation.what_en
    link = f"{settings.OPTIONS['site.url']}{escalation.path}"
    with translation.override(person.language):
        return {
            "subject": _("To do now: %(what)s") % {"what": what},
            "text": _(
                "%(name)s,\n\n%(what)s\n\nNobody has done it yet, and it has come to you. Do it, or hand it over, here:\n"
                "%(link)s\n\nVigie tells the next person if nothing happens."
            )
            % {"name": person.name, "what": what, "link": link},
        }
