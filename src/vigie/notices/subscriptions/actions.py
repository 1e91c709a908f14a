"""Verbs over subscriptions. Those of the public ask no permission: a signed link stands for the address it was sent to."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.experiments.actions import resume_contacts, stop_contacts
from vigie.experiments.models import Contact, ContactRole
from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, Permission, System, require
from vigie.kernel.errors import BadInput, Refused
from vigie.notices.models import Version
from vigie.notices.subscriptions import links
from vigie.notices.subscriptions.events import SubscriptionAudit
from vigie.notices.subscriptions.models import MailingList, Request, Subscription
from vigie.notices.subscriptions.queries import choices, name_of, of_address
from vigie.notices.subscriptions.rules import (
    CONFIRM_WITHIN,
    HOUR,
    Asked,
    Topic,
    TopicKind,
    topic,
    verdict,
)
from vigie.notices.subscriptions.texts import ASK_AGAIN, EXPIRED, confirm_mail, manage_mail
from vigie.people.rules import Role, one_line
from vigie.post import actions as post
from vigie.post.actions import Parcel, enqueue
from vigie.post.models import Address
from vigie.services.queries import by_codes

LANGUAGES = ("fr", "en")


class SubscriptionPermission(Permission):
    KEEP = "subscriptions.keep"


PERMISSIONS = {SubscriptionPermission.KEEP: frozenset({Role.SUPPORT, Role.LEAD, Role.ADMINISTRATOR})}


@dataclass(frozen=True)
class Owner:
    """Whoever holds a signed link for an address: known to the trace by a digest only, since that can't be erased."""

    address: str
    actor_kind: str = "subscriber"

    @property
    def actor_id(self) -> str:
        return digest(self.address)[:16]

    @property
    def actor_label(self) -> str:
        return "subscriber"

    @property
    def roles(self) -> frozenset[str]:
        return frozenset()


def digest(text: str) -> str:
    return hashlib.sha256(text.strip().lower().encode()).hexdigest()


def clean_address(text: str) -> str:
    """In small letters; `BadInput` for what is no address."""
    address = text.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise BadInput(
            "subscription.address",
            _("This is not a mail address. Write it like name@example.org."),
            field="address",
        ) from None
    if len(address) > 254:  # noqa: PLR2004 # RFC 5321
        raise BadInput("subscription.address", _("This address is too long."), field="address")
    return address


def _may_mail(address: str, client: str) -> Request | None:
    """A row for this request if a mail may be sent for it; None: say nothing and send nothing."""
    now = clock.now()
    recent = Request.objects.filter(at__gt=now - HOUR, at__lt=now + HOUR)  # a clock may be set back
    asked = Asked(
        address=recent.filter(address=digest(address)).count(),
        client=recent.filter(client=digest(client)).count(),
        total=recent.count(),
    )
    decision = verdict(asked)
    if decision == "busy":
        raise Refused(
            "subscription.busy",
            _("Too many requests came from here or from everywhere within the hour."),
            hint=_("Please try again in an hour."),
        )
    row = Request.objects.create(at=now, address=digest(address), client=digest(client))
    return None if decision == "silent" else row


@transaction.atomic
def ask(*, address: str, language: str, topics: Iterable[str], client: str) -> None:
    """Somebody typed an address: its owner gets a mail with a link to confirm. Nothing is said of what is known.

    `client` is where the request comes from, for the limits. `Refused` when too much was asked.
    """
    address = clean_address(address)
    wanted = _topics(topics)
    language = language if language in LANGUAGES else LANGUAGES[0]
    row = _may_mail(address, client)
    if row is None:
        return
    link = links.confirm_link(row.pk, address, language, [str(one) for one in wanted])
    names = [name_of(one, language) for one in wanted]
    _mail(f"subscribe:{row.pk}", address, language, confirm_mail(names=names, link=link, language=language))
    audit.record(
        SubscriptionAudit.ASKED,
        actor=Owner(address),
        subject=row,
        changes={"topics": [str(one) for one in wanted], "language": language},
    )


def _topics(texts: Iterable[str]) -> list[Topic]:
    """What can be subscribed to, of what was sent; everything stands for all of it."""
    known = {value for _kind, rows in choices("en") for value, _name in rows}
    found = [one for text in dict.fromkeys(texts) if text in known and (one := topic(text))]
    if not found:
        raise BadInput("subscription.topics", _("Choose what you want to hear of."), field="topics")
    return [Topic(TopicKind.ALL)] if Topic(TopicKind.ALL) in found else found


def _mail(key: str, address: str, language: str, payload: dict[str, str]) -> None:
    enqueue(
        [Parcel(key=key, recipient=address, language=language, topic="subscription", payload=dict(payload))]
    )


@transaction.atomic
def send_manage_link(*, address: str, language: str, client: str) -> None:
    """The owner of an address gets the link to their subscriptions; the same answer whether there are any."""
    address = clean_address(address)
    row = _may_mail(address, client)
    if row is None or not _is_told(address):
        return
    chosen = of_address(address).first()
    language = chosen.language if chosen else language
    link = links.manage_link(address)
    _mail(f"manage:{row.pk}", address, language, manage_mail(link=link, language=language))
    audit.record(SubscriptionAudit.LINK_SENT, actor=Owner(address), subject=row)


def _is_told(address: str) -> bool:
    persons = Contact.objects.filter(address__iexact=address).exclude(role=ContactRole.LIST)
    return Subscription.objects.filter(address=address).exists() or persons.exists()


@transaction.atomic
def confirm(token: str) -> list[Subscription]:
    """The owner of the address pressed the button. Twice, or from two windows at once, is once.

    Returns what the address is subscribed to now. `Refused` or `Missing` for a link that is too old or not ours.
    """
    content = links.read(token, links.CONFIRM)
    address, language = content["a"], content["l"]
    now = clock.now()
    if not Request.objects.filter(pk=content["r"], confirmed_at__isnull=True).update(confirmed_at=now):
        if not Request.objects.filter(pk=content["r"]).exists():
            raise Refused("link.expired", EXPIRED, hint=ASK_AGAIN)
        return list(of_address(address))  # confirmed already: what was stopped since stays stopped
    for text in content["t"]:
        one = topic(text)
        if one is not None:
            _begin(address, language, one)
    of_address(address).update(language=language)
    if Address.objects.filter(address=address).exists():
        post.clear_address(System(), address, why="confirmed by its owner")
    return list(of_address(address))


def _begin(address: str, language: str, one: Topic) -> None:
    row, made = Subscription.objects.get_or_create(
        address=address,
        kind=one.kind,
        code=one.code,
        defaults={"language": language, "confirmed_at": clock.now()},
    )
    if not made:
        Subscription.objects.filter(pk=row.pk).update(
            language=language, confirmed_at=clock.now(), ended_at=None
        )
    audit.record(SubscriptionAudit.CONFIRMED, actor=Owner(address), subject=row, changes={"topic": str(one)})


@transaction.atomic
def stop(address: str, *, reason: str = "", only: Sequence[int] | None = None) -> int:
    """No more mails to this person: subscriptions end (these, or all), and with all of them contacts are told no more.

    Returns how many ways of being told ended; stopping again is 0, and no error.
    """
    rows = of_address(address)
    if only is not None:
        rows = rows.filter(pk__in=list(only))
    ended = 0
    for row in rows:
        if Subscription.objects.filter(pk=row.pk, ended_at__isnull=True).update(ended_at=clock.now()):
            audit.record(SubscriptionAudit.STOPPED, actor=Owner(address), subject=row, reason=reason)
            ended += 1
    if only is None:
        ended += stop_contacts(System(), address, reason=reason or "stopped by the owner of the address")
    return ended


@transaction.atomic
def resume(address: str) -> int:
    """It was a mistake: what this person was told as a contact, and what the last stop ended, is told again."""
    last = (
        Subscription.objects.filter(address=address.lower(), ended_at__isnull=False)
        .order_by("-ended_at")
        .first()
    )
    resumed = resume_contacts(System(), address, reason="resumed by the owner of the address")
    if last is None:
        return resumed
    for row in Subscription.objects.filter(address=address.lower(), ended_at__gte=last.ended_at):
        Subscription.objects.filter(pk=row.pk).update(ended_at=None)
        audit.record(SubscriptionAudit.RESUMED, actor=Owner(address), subject=row)
        resumed += 1
    return resumed


@transaction.atomic
def change_language(address: str, language: str) -> None:
    """The owner of the address wants the mails in the other language."""
    if language not in LANGUAGES:
        return
    for row in of_address(address).exclude(language=language):
        Subscription.objects.filter(pk=row.pk).update(language=language)
        audit.record(
            SubscriptionAudit.LANGUAGE, actor=Owner(address), subject=row, changes={"language": language}
        )


@transaction.atomic
def erase(actor: Actor, address: str) -> None:
    """Forget a person: their subscriptions, and their address in what was sent and received.

    A contact of an experiment is that experiment's to change: they are told no more, Support removes the rest.
    """
    if not isinstance(actor, Owner):
        require(actor, SubscriptionPermission.KEEP, PERMISSIONS)
    address = clean_address(address)
    stop_contacts(System(), address, reason="erased by request")
    for row in Subscription.objects.filter(address=address):
        audit.record(SubscriptionAudit.ERASED, actor=actor, subject=row)
        row.delete()
    Request.objects.filter(address=digest(address)).delete()
    for told in post.forget(System(), address):
        kind, _colon, number = told.partition(":")
        if kind == "notice-version":
            _forget_reader(int(number), address)


def _forget_reader(version: int, address: str) -> None:
    """A published version is immutable but for this: who asked to be forgotten leaves its list of readers."""
    for row in Version.objects.filter(pk=version):
        kept = [reader for reader in row.audience if reader["address"].strip().lower() != address]
        Version.objects.filter(pk=row.pk).update(audience=kept)


@transaction.atomic
def save_list(
    actor: Actor,
    *,
    name: str,
    address: str,
    language: str,
    always: bool,
    services: Iterable[str] = (),
    known: MailingList | None = None,
) -> MailingList:
    """Add a list of the centre, or change one. One that had been closed and is saved again is back."""
    require(actor, SubscriptionPermission.KEEP, PERMISSIONS)
    address, wanted = clean_address(address), by_codes(services)
    if not always and not wanted:
        raise BadInput("mailing_list.never", _("Choose the services, or “always”."), field="services")
    taken = MailingList.objects.filter(address=address).first()
    if taken and taken.active and taken != known:
        raise BadInput("mailing_list.taken", _("This address is in the list already."), field="address")
    row = known or taken or MailingList()
    row.name, row.address, row.language = one_line(name)[:120], address, language
    row.always, row.active = always, True
    row.save()
    row.services.set([] if always else wanted)
    audit.record(
        SubscriptionAudit.LIST_SAVED,
        actor=actor,
        subject=row,
        changes={"address": address, "always": always, "services": [one.code for one in wanted]},
    )
    return row


@transaction.atomic
def close_list(actor: Actor, row: MailingList) -> None:
    """The list is told no more."""
    require(actor, SubscriptionPermission.KEEP, PERMISSIONS)
    if MailingList.objects.filter(pk=row.pk, active=True).update(active=False):
        audit.record(SubscriptionAudit.LIST_CLOSED, actor=actor, subject=row)


@transaction.atomic
def tidy() -> int:
    """Requests whose link can't be used any more; called by the worker's housekeeping."""
    gone, _each = Request.objects.filter(at__lt=clock.now() - CONFIRM_WITHIN - HOUR).delete()
    return gone
