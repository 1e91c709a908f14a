"""The inside log: facts, questions, answers."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, require
from vigie.kernel.errors import BadInput, Refused
from vigie.kernel.events import emit
from vigie.kernel.lifecycle import once
from vigie.lib.fittext import fit
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.outages.events import FactLogged, OutageAudit
from vigie.outages.models import Fact, Outage
from vigie.outages.rules import FactKind
from vigie.people.queries import person_behind

FACT_LIMIT = 4_000


def log_fact(actor: Actor, outage: Outage, text: str, *, key: str | None = None) -> Fact:
    """Write down what is known. The same `key` again (a second click) returns the first line."""
    return write(actor, outage, text, kind=FactKind.FACT, key=key)


def ask(actor: Actor, outage: Outage, text: str, *, key: str | None = None) -> Fact:
    """Support asks the contact; the question stays open until it is answered."""
    return write(actor, outage, text, kind=FactKind.QUESTION, key=key)


@transaction.atomic
def answer(actor: Actor, question: Fact, text: str, *, key: str | None = None) -> Fact:
    """Answer a question; the first answer closes it, more may follow."""
    if question.kind != FactKind.QUESTION:
        raise Refused("fact.not_a_question", _("This line is not a question."))
    return write(actor, question.outage, text, kind=FactKind.ANSWER, answers=question, key=key)


@transaction.atomic
def write(
    actor: Actor,
    outage: Outage,
    text: str,
    *,
    kind: FactKind,
    answers: Fact | None = None,
    key: str | None = None,
) -> Fact:
    """Write one line of the log; also for what Vigie itself did (`FactKind.SYSTEM`)."""
    require(actor, OutagePermission.LOG, PERMISSIONS)
    text = fit(text)
    if not text:
        raise BadInput("fact.empty", _("Write something first."), field="text")
    if len(text) > FACT_LIMIT:
        raise BadInput(
            "fact.too_long",
            _("This line has %(n)s characters; %(limit)s at most.") % {"n": len(text), "limit": FACT_LIMIT},
            hint=_("Keep the facts here, and link to the long listing."),
            field="text",
        )
    person = person_behind(actor)
    fact, made = once(
        lambda: Fact.objects.filter(key=key).first() if key else None,
        lambda: Fact.objects.create(
            outage=outage,
            at=clock.now(),
            kind=kind,
            author=person,
            author_label=actor.actor_label,
            text=text,
            answers=answers,
            key=key,
        ),
    )
    if not made:
        return fact
    audit.record(
        OutageAudit.FACT_LOGGED, actor=actor, subject=outage, changes={"fact": fact.pk, "kind": kind}
    )
    emit(
        FactLogged(
            outage_id=outage.pk, fact_id=fact.pk, fact_kind=kind, by_person_id=person.pk if person else None
        )
    )
    return fact
