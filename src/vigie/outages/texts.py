"""Our objects as facts for a notice, and the mails that staff get about an outage."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from vigie.experiments.queries import users_of
from vigie.kernel import clock
from vigie.notices.models import Version
from vigie.notices.queries import published
from vigie.notices.rules import Facts, Kind, ServiceFact
from vigie.notices.texts import title
from vigie.outages.models import ROLE_LABELS, Affected, Fact, Outage
from vigie.outages.queries import affected, in_other_outages, policy, told_since
from vigie.outages.rules import RoleName, State
from vigie.outages.sayings import Said, sentence
from vigie.people.models import Person
from vigie.post.keys import answers_to
from vigie.services.queries import touched_by

# What readers see of a state: a draft is written as it will be announced.
OUTSIDE_STATE = {State.DRAFT: State.ANNOUNCED, State.REVIEWED: State.ENDED}


def facts_of(outage: Outage) -> Facts:
    """What a notice about this outage says, as of now."""
    lines = affected(outage)
    services = [line.service for line in lines]
    open_services = [line.service for line in lines if line.restored_at is None] or services
    ongoing = outage.state == State.ONGOING
    touched = [service for service in touched_by(open_services) if ongoing and service not in services]
    elsewhere = in_other_outages(outage) if ongoing else []
    return replace(
        _bare_facts(outage, lines),
        next_update_by=_next_word(outage),
        touched_fr=tuple(service.name_fr for service in touched),
        touched_en=tuple(service.name_en for service in touched),
        elsewhere_fr=tuple(service.name_fr for service in elsewhere),
        elsewhere_en=tuple(service.name_en for service in elsewhere),
        experiments=tuple(experiment.name for experiment in users_of(touched_by(services))),
        reopened=ongoing and outage.reopened_at is not None and not told_since(outage, outage.reopened_at),
        before=_told_before(outage),
        contact=settings.OPTIONS["site.contact"],
    )


def facts_for(outage: Outage, version: Version) -> Facts:
    """What this version says, as of now; see `corrected` for a correction."""
    facts = facts_of(outage)
    return corrected(facts, version.the_facts) if version.correction else facts


def corrected(facts: Facts, said: Facts) -> Facts:
    """A correction tells the facts as known now (a wrong start, a wrong service), in the place of what it corrects:
    what that said of a reopening, and of what readers had been told until then, it says too.
    """
    return replace(
        facts, reopened=said.reopened and facts.state == State.ONGOING, before=said.before or facts.before
    )


def _told_before(outage: Outage) -> tuple[ServiceFact, ...]:
    """What readers were told last of the services, while a change of it is still to be told."""
    over = outage.state not in {State.ANNOUNCED, State.ONGOING}
    if over or outage.changed_at is None or told_since(outage, outage.changed_at):
        return ()
    told = published(outage.thread)
    return told[-1].the_facts.services if told else ()


def _bare_facts(outage: Outage, lines: Sequence[Affected]) -> Facts:
    """What the outage's own rows say: enough for its headline."""
    ongoing = outage.state == State.ONGOING
    return Facts(
        sudden=outage.kind == "sudden",
        state=OUTSIDE_STATE.get(State(outage.state), outage.state),
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
        false_alarm=outage.false_alarm,
        reopened_at=outage.reopened_at if ongoing else None,
        data_lost=outage.data_lost,
    )


def _next_word(outage: Outage) -> datetime | None:
    """By when readers hear again: the promise of an ongoing outage; the next reminder, or the start, of a planned one."""
    if outage.state == State.ONGOING:
        return outage.next_update_by
    if outage.state not in {State.DRAFT, State.ANNOUNCED}:
        return None
    now = clock.now()
    times = [outage.starts_at - before for before in policy(outage.kind).reminders]
    return min((t for t in times if t > now), default=outage.starts_at)


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
        return title(Kind.UPDATE, _bare_facts(outage, affected(outage)), clock.now())


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


def answer_mail(question: Fact, text: str, *, language: str) -> dict[str, Any]:
    """The answer to somebody who asked by mail: it stands in their thread, under what they wrote."""
    mail = question.mail
    if mail is None:
        raise ValueError("a question that did not come by mail")
    topic = f"outage:{question.outage_id}"
    with translation.override(language):
        subject = mail.subject or headline(question.outage, language)
        quoted = "\n".join(f"> {line}" for line in question.text.splitlines())
        payload: dict[str, Any] = {
            "subject": subject if subject.lower().startswith("re:") else f"Re: {subject}",
            "text": f"{text}\n\n{settings.OPTIONS['site.name']}\n\n{quoted}\n",
        }
    answered = f"<{mail.message_id.strip('<>')}>"
    known = [f"<{one.strip('<>')}>" for one in mail.references.split() if "@" in one]
    if re.fullmatch(r"<[!-;=?-~]+@[!-;=?-~]+>", answered):
        payload["headers"] = [
            ["In-Reply-To", answered],
            ["References", " ".join([*known[-8:], answered])[-900:]],
        ]
    if back := answers_to(topic):
        payload["reply_to"] = back
    return payload


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


def undelivered_mail(outage: Outage, person: Person, *, said: Said) -> dict[str, str]:
    """Tells the follower that a notice did not reach everybody."""
    with translation.override(person.language):
        return {
            "subject": _("Not everybody was reached: %(line)s") % {"line": headline(outage, person.language)},
            "text": _(
                "%(line)s\n\nThere may be more; the outage's log has them all. Look at the address, then try again or give"
                " it up, here:\n%(link)s\n"
            )
            % {"line": sentence(said), "link": _link(outage)},
        }


def following_mail(outage: Outage, person: Person, *, by: str) -> dict[str, str]:
    """Asks a person of Support to follow a planned outage."""
    with translation.override(person.language):
        line = headline(outage, person.language)
        return {
            "subject": _("Do you follow this? %(line)s") % {"line": line},
            "text": _(
                "%(by)s asks you to follow this planned outage for Support: %(line)s\n\nNothing is announced before you"
                " accept. Accept or decline here:\n%(link)s\n"
            )
            % {"by": by, "line": line, "link": _link(outage)},
        }


def cancelled_mail(outage: Outage, person: Person) -> dict[str, str]:
    """Tells contact and follower that a planned outage will not take place."""
    with translation.override(person.language):
        line = headline(outage, person.language)
        return {
            "subject": _("Cancelled. %(line)s") % {"line": line},
            "text": f"{line}\n\n{_link(outage)}\n",
        }
