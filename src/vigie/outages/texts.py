"""Our objects as facts for a notice, and the mails that staff get about an outage."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from vigie.experiments.queries import users_of
from vigie.notices.rules import Facts, ServiceFact
from vigie.notices.texts import clock_time, effect_words, listed
from vigie.outages.models import ROLE_LABELS, Outage
from vigie.outages.queries import affected
from vigie.outages.rules import RoleName, State
from vigie.people.models import Person
from vigie.services.queries import touched_by


def facts_of(outage: Outage) -> Facts:
    """What a notice about this outage says, as of now."""
    lines = affected(outage)
    services = [line.service for line in lines]
    open_services = [line.service for line in lines if line.restored_at is None] or services
    touched = [service for service in touched_by(open_services) if service not in services]
    ongoing = outage.state == State.ONGOING
    return Facts(
        sudden=outage.kind == "sudden",
        state="ended" if outage.state == State.REVIEWED else outage.state,
        services=tuple(
            ServiceFact(
                code=line.service.code,
                name_fr=line.service.name_fr,
                name_en=line.service.name_en,
                plain_fr=line.service.plain_fr,
                plain_en=line.service.plain_en,
                effect=line.effect,
                starts_at=line.starts_at,
                ends_at=line.expected_end,
                restored_at=line.restored_at,
            )
            for line in lines
        ),
        starts_at=outage.starts_at,
        expected_end=outage.expected_end,
        ended_at=outage.ended_at,
        next_update_by=outage.next_update_by if ongoing else None,
        touched_fr=tuple(service.name_fr for service in touched) if ongoing else (),
        touched_en=tuple(service.name_en for service in touched) if ongoing else (),
        experiments=tuple(experiment.name for experiment in users_of(touched_by(services))),
        false_alarm=outage.false_alarm,
        reopened=outage.reopened_at is not None,
        data_lost=outage.data_lost,
        contact=settings.OPTIONS["site.contact"],
    )


def path(outage: Outage) -> str:
    """The outage's page on the desk; doors serve it, mails name it."""
    return f"/outages/{outage.pk}"


def public_links(outage: Outage) -> dict[str, str]:
    """The outage's page on the public site, per language."""
    base = settings.OPTIONS["site.public_url"] or settings.OPTIONS["site.url"]
    return {language: f"{base}/{language}/status/{outage.thread_id}.html" for language in ("fr", "en")}


def headline(outage: Outage, language: str) -> str:
    """“Disk storage: down since 13:05”, in the language asked for."""
    with translation.override(language):
        lines = affected(outage)
        open_lines = [line for line in lines if line.restored_at is None] or lines
        names = listed(line.service.name(language) for line in open_lines)
        if outage.false_alarm:
            return _("%(names)s: false alarm") % {"names": names}
        if outage.ended_at:
            return _("%(names)s: working again since %(time)s") % {
                "names": names,
                "time": clock_time(outage.ended_at),
            }
        worst = min((line.effect for line in open_lines), key=["down", "degraded", "at_risk"].index)
        return _("%(names)s: %(effect)s since %(time)s") % {
            "names": names,
            "effect": effect_words(worst),
            "time": clock_time(outage.starts_at),
        }


def _link(outage: Outage) -> str:
    return f"{settings.OPTIONS['site.url']}{path(outage)}"


def role_mail(outage: Outage, role: RoleName, person: Person) -> dict[str, str]:
    """Tells a person that a role has come to them."""
    with translation.override(person.language):
        line = headline(outage, person.language)
        tasks = {
            RoleName.CONTACT: _(
                "You are its operations contact: you collect the facts from the engineers, write them in the log,"
                " and answer Support's questions."
            ),
            RoleName.FOLLOWER: _(
                "You follow it for Support: you approve what is told outside, and see that every promised update leaves."
            ),
        }
        return {
            "subject": _("%(role)s: %(line)s") % {"role": ROLE_LABELS[role], "line": line},
            "text": f"{line}\n\n{tasks[role]}\n\n{_link(outage)}\n",
        }


def question_mail(outage: Outage, person: Person, *, author: str, text: str, answer: bool) -> dict[str, str]:
    """Tells the contact of a question, or who asked of the answer."""
    with translation.override(person.language):
        pattern = _("Answer from %(author)s") if answer else _("Question from %(author)s")
        return {
            "subject": f"{pattern % {'author': author}}: {headline(outage, person.language)}",
            "text": f"{author}:\n\n{text}\n\n{_link(outage)}\n",
        }


def end_proposed_mail(outage: Outage, person: Person, *, summary: str) -> dict[str, str]:
    """Tells the contact that monitoring sees the service working again."""
    with translation.override(person.language):
        return {
            "subject": _("Over? %(line)s") % {"line": headline(outage, person.language)},
            "text": _(
                "Monitoring no longer complains:\n\n%(summary)s\n\nIf it is over, confirm the end here; nothing ends by"
                " itself:\n%(link)s\n"
            )
            % {"summary": summary, "link": _link(outage)},
        }
