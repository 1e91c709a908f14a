"""When post gives a delivery up, the outage it was about says so in its log, and its follower gets a mail."""

from collections.abc import Mapping
from typing import Any

from vigie.kernel.access import System
from vigie.notices.models import Version
from vigie.outages.actions.log import write
from vigie.outages.models import Outage
from vigie.outages.rules import FactKind
from vigie.outages.texts import undelivered_line, undelivered_mail
from vigie.post.actions import Parcel, enqueue
from vigie.post.models import Delivery


def tell_of_undelivered(news: Mapping[str, Any]) -> None:
    """A line in the outage's log for each delivery; one mail to the follower for each notice, not for each address.

    Mails to staff that fail are written into the log only: a mail about a mail about a mail helps nobody.
    """
    delivery = Delivery.objects.get(pk=news["delivery_id"])
    kind, _colon, number = delivery.topic.partition(":")
    version = Version.objects.filter(pk=number).first() if kind == "notice-version" else None
    outage = (
        Outage.objects.filter(thread_id=version.notice.thread_id).first()
        if version
        else Outage.objects.filter(pk=number).first()
        if kind == "outage"
        else None
    )
    if outage is None:
        return  # the desk shows what waits for a person in any case
    line = undelivered_line(delivery.recipient, delivery.state, delivery.last_error)
    write(System(), outage, line, kind=FactKind.SYSTEM, key=f"undelivered:{delivery.pk}:{delivery.attempt}")
    person = outage.follower or outage.contact
    if version and person.email:
        parcel = Parcel(
            key=f"undelivered:{version.pk}:{person.pk}",
            recipient=person.email,
            recipient_name=person.name,
            language=person.language,
            topic=f"outage:{outage.pk}",
            payload=dict(undelivered_mail(outage, person, line=line)),
        )
        enqueue([parcel])
