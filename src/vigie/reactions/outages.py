"""When outages says that a role, a question or an end concerns somebody, they get a mail."""

from collections.abc import Mapping
from typing import Any

from vigie.outages.models import Alarm, Fact, Outage
from vigie.outages.rules import FactKind, RoleName
from vigie.outages.texts import cancelled_mail, end_proposed_mail, following_mail, question_mail, role_mail
from vigie.people.models import Person
from vigie.post.actions import Parcel, enqueue


def _mail(person: Person | None, *, key: str, topic: str, payload: dict[str, str]) -> None:
    if person is None or not person.email:
        return
    parcel = Parcel(
        key=f"{key}:{person.pk}",
        recipient=person.email,
        recipient_name=person.name,
        language=person.language,
        topic=topic,
        payload=dict(payload),
    )
    enqueue([parcel])


def tell_first_holders(news: Mapping[str, Any]) -> None:
    """Contact and follower of a new outage learn of it, except who declared it."""
    outage = Outage.objects.select_related("contact", "follower").get(pk=news["outage_id"])
    for role, person in ((RoleName.CONTACT, outage.contact), (RoleName.FOLLOWER, outage.follower)):
        if person is not None and person.pk != news["by_person_id"]:
            _mail(
                person,
                key=f"outage:{outage.pk}:declared:{role}",
                topic=f"outage:{outage.pk}",
                payload=role_mail(outage, role, person),
            )


def tell_new_holder(news: Mapping[str, Any]) -> None:
    """Whoever takes a role over learns of it, unless they took it themselves."""
    if news["person_id"] == news["by_person_id"]:
        return
    outage = Outage.objects.get(pk=news["outage_id"])
    person = Person.objects.get(pk=news["person_id"])
    role = RoleName(news["role"])
    _mail(
        person,
        key=f"outage:{outage.pk}:role:{role}:{news['fact_id']}",
        topic=f"outage:{outage.pk}",
        payload=role_mail(outage, role, person),
    )


def tell_of_questions(news: Mapping[str, Any]) -> None:
    """A question of a colleague reaches the contact, one from outside the follower; an answer whoever asked."""
    if news["fact_kind"] not in {FactKind.QUESTION, FactKind.ANSWER}:
        return
    fact = Fact.objects.select_related("outage__contact", "outage__follower", "answers__author").get(
        pk=news["fact_id"]
    )
    is_answer = fact.kind == FactKind.ANSWER
    asked = fact.outage.contact if fact.mail_id is None else fact.outage.follower or fact.outage.contact
    person = fact.answers.author if is_answer and fact.answers else asked
    if person is None or person.pk == news["by_person_id"]:
        return
    payload = question_mail(fact.outage, person, author=fact.author_label, text=fact.text, answer=is_answer)
    _mail(person, key=f"fact:{fact.pk}", topic=f"outage:{fact.outage_id}", payload=payload)


def tell_of_proposed_end(news: Mapping[str, Any]) -> None:
    """Monitoring sees no fault any more: the contact decides."""
    outage = Outage.objects.select_related("contact").get(pk=news["outage_id"])
    alarm = Alarm.objects.get(pk=news["alarm_id"])
    _mail(
        outage.contact,
        key=f"alarm:{alarm.pk}:end",
        topic=f"outage:{outage.pk}",
        payload=end_proposed_mail(outage, outage.contact, summary=alarm.summary),
    )


def ask_to_follow(news: Mapping[str, Any]) -> None:
    """A person of Support is asked to follow a planned outage."""
    outage = Outage.objects.select_related("contact").get(pk=news["outage_id"])
    person = Person.objects.get(pk=news["person_id"])
    if person.pk == news["by_person_id"]:
        return
    asker = Person.objects.filter(pk=news["by_person_id"]).first() or outage.contact
    _mail(
        person,
        key=f"outage:{outage.pk}:follow:{news['asked']}",
        topic=f"outage:{outage.pk}",
        payload=following_mail(outage, person, by=asker.name),
    )


def tell_of_cancelling(news: Mapping[str, Any]) -> None:
    """Contact and follower of a cancelled outage learn of it, except who cancelled it."""
    outage = Outage.objects.select_related("contact", "follower").get(pk=news["outage_id"])
    for person in {outage.contact, outage.follower} - {None}:
        if person is not None and person.pk != news["by_person_id"]:
            _mail(
                person,
                key=f"outage:{outage.pk}:cancelled",
                topic=f"outage:{outage.pk}",
                payload=cancelled_mail(outage, person),
            )
