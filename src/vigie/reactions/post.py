"""When post gives a delivery up, the outage it was about says so in its log, and its follower gets a mail."""

from collections.abc import Mapping
from typing import Any

from vigie.kernel.access import System
from vigie.kernel.intents import IntentState
from vigie.notices.models import Version
from vigie.outages.actions.log import ask_from_outside, forget_sender, note
from vigie.outages.models import Outage
from vigie.outages.texts import undelivered_mail
from vigie.post.actions import Parcel, enqueue, leave_to_a_person
from vigie.post.models import Delivery, InboundMail


def tell_of_undelivered(news: Mapping[str, Any]) -> None:
    """A line in the outage's log for each delivery; one mail to the follower for each notice, not for each address.

    Mails to staff that fail are written into the log only: a mail about a mail about a mail helps nobody.
    """
    delivery = Delivery.objects.get(pk=news["delivery_id"])
    outage = _outage_of(delivery.topic)
    if outage is None:
        return  # the desk shows what waits for a person in any case
    said = {
        "what": "unknown_fate" if delivery.state == IntentState.IN_DOUBT else "undelivered",
        "who": delivery.recipient,
        "error": delivery.last_error[:1000],
    }
    note(System(), outage, said, key=f"undelivered:{delivery.pk}:{delivery.attempt}")
    person = outage.follower or outage.contact
    if delivery.topic.startswith("notice-version:") and person.email:
        parcel = Parcel(
            key=f"undelivered:{delivery.topic.partition(':')[2]}:{person.pk}",
            recipient=person.email,
            recipient_name=person.name,
            language=person.language,
            topic=f"outage:{outage.pk}",
            payload=dict(undelivered_mail(outage, person, said=said)),
        )
        enqueue([parcel])


def _outage_of(topic: str) -> Outage | None:
    """The outage that a topic of the outbox is about, if it is about one."""
    kind, _colon, number = topic.partition(":")
    if kind == "outage":
        return Outage.objects.filter(pk=number).first()
    version = Version.objects.filter(pk=number).select_related("notice").first()
    if kind != "notice-version" or version is None:
        return None
    return Outage.objects.filter(thread_id=version.notice.thread_id).first()


def bring_back_reply(news: Mapping[str, Any]) -> None:
    """A reply to a notice comes back to the follower as a question; about nothing we know it waits for a person."""
    mail = InboundMail.objects.get(pk=news["mail_id"])
    outage = _outage_of(news["topic"])
    if outage is None:
        leave_to_a_person(mail)
        return
    ask_from_outside(outage, mail)


def tell_of_bounce(news: Mapping[str, Any]) -> None:
    """A line in the outage's log for each address; one mail to the follower for each notice."""
    outage = _outage_of(news["topic"])
    if outage is None:
        return  # /mail shows it in any case
    said = {
        "what": "blocked" if news["blocked"] else "bounced",
        "who": news["address"],
        "error": news["diagnostic"][:1000],
    }
    note(System(), outage, said, key=f"bounce:{news['mail_id']}:{news['address']}"[:80])
    person = outage.follower or outage.contact
    if person.email and person.email.lower() != news["address"]:
        parcel = Parcel(
            key=f"bounced:{news['topic']}:{person.pk}",
            recipient=person.email,
            recipient_name=person.name,
            language=person.language,
            topic=f"outage:{outage.pk}",
            payload=dict(undelivered_mail(outage, person, said=said)),
        )
        enqueue([parcel])


def forget(news: Mapping[str, Any]) -> None:
    """Whoever asked to be erased leaves the logs too."""
    forget_sender(news["mail_ids"], news["label"])
