"""The inside log: facts, questions, answers."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, require
from vigie.kernel.errors import BadInput, Refused
from vigie.kernel.events import emit
from vigie.kernel.lifecycle import once
from vigie.lib.fittext import fit
from vigie.lib.forgetting import forgetter
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.outages.events import FactLogged, OutageAudit
from vigie.outages.models import Fact, Outage
from vigie.outages.rules import FactKind
from vigie.outages.sayings import Said, sentence
from vigie.outages.texts import answer_mail
from vigie.people.models import Person
from vigie.people.queries import person_behind
from vigie.post.actions import Parcel, enqueue
from vigie.post.models import InboundMail

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


@dataclass(frozen=True)
class Outsider:
    """Somebody who wrote to us: they may do nothing here; their words are kept under their address."""

    address: str
    actor_kind: str = "outside"

    @property
    def actor_id(self) -> str:
        return "mail"

    @property
    def actor_label(self) -> str:
        return self.address[:200]

    @property
    def roles(self) -> frozenset[str]:
        return frozenset()


@transaction.atomic
def ask_from_outside(outage: Outage, mail: InboundMail) -> Fact:
    """A reply to a notice becomes a question in the log, as plain text; the same mail again is the same question."""
    text = fit(mail.text) or fit(mail.subject) or "…"
    if len(text) > FACT_LIMIT:
        text = f"{text[: FACT_LIMIT - 2]} …"
    return _record(
        Outsider(mail.sender or "?"), outage, text, kind=FactKind.QUESTION, key=f"mail:{mail.pk}", mail=mail
    )


@transaction.atomic
def answer_by_mail(actor: Actor, question: Fact, text: str, *, key: str | None = None) -> Fact:
    """Answer whoever asked by mail: the answer stands in the log and goes to them, in one transaction."""
    require(actor, OutagePermission.TELL, PERMISSIONS)
    mail = question.mail
    if question.kind != FactKind.QUESTION or mail is None or "@" not in mail.sender:
        raise Refused("fact.not_by_mail", _("This question did not come by mail: answer it here."))
    if key and (found := Fact.objects.filter(key=key).first()):
        return found
    fact = _record(
        actor, question.outage, text, kind=FactKind.ANSWER, answers=question, key=key, by_mail=True
    )
    parcel = Parcel(
        key=f"fact:{fact.pk}:answer",
        recipient=mail.sender,
        recipient_name=mail.sender_name,
        language=mail.language or "fr",
        topic=f"outage:{question.outage_id}",
        payload=answer_mail(question, fact.text, language=mail.language or "fr"),
    )
    enqueue([parcel])
    return fact


@transaction.atomic
def forget_sender(mail_ids: Iterable[int], label: str) -> None:
    """What they asked stays in the log, without who they are."""
    Fact.objects.filter(mail__in=list(mail_ids)).update(author_label=label)


@transaction.atomic
def forget_author(person: Person, name: str, label: str) -> None:
    """Lines of the logs and declarations of somebody who is erased stay, under another name.

    So do the lines that Vigie wrote by itself; what people wrote is theirs.
    """
    Fact.objects.filter(author=person).update(author_label=label)
    without = forgetter([name], label)
    for fact in Fact.objects.filter(text__icontains=name).exclude(said={}):
        Fact.objects.filter(pk=fact.pk).update(text=without(fact.text), said=without(fact.said))
    Outage.objects.filter(declared_by=name).update(declared_by=label)


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
    """Write one line of the log, in the words of a person."""
    require(actor, OutagePermission.LOG, PERMISSIONS)
    return _record(actor, outage, text, kind=kind, answers=answers, key=key)


@transaction.atomic
def note(actor: Actor, outage: Outage, said: Said, *, key: str | None = None) -> Fact:
    """Write down what Vigie itself did or heard, as a sentence that each reader reads in their language."""
    require(actor, OutagePermission.LOG, PERMISSIONS)
    clean = {name: fit(value) if isinstance(value, str) else value for name, value in said.items()}
    return _record(actor, outage, sentence(clean), kind=FactKind.SYSTEM, key=key, said=clean)


def _record(
    actor: Actor,
    outage: Outage,
    text: str,
    *,
    kind: FactKind,
    answers: Fact | None = None,
    key: str | None = None,
    mail: InboundMail | None = None,
    by_mail: bool = False,
    said: Said | None = None,
) -> Fact:
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
            said=dict(said or {}),
            answers=answers,
            key=key,
            mail=mail,
            answered_by_mail=by_mail,
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
