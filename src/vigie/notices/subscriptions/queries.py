"""Reads over subscriptions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import translation
from django.utils.translation import gettext as _

from vigie.experiments.models import Contact, Experiment
from vigie.experiments.queries import experiments
from vigie.kernel.errors import Missing
from vigie.notices.subscriptions.models import MailingList, Subscription
from vigie.notices.subscriptions.rules import Topic, TopicKind
from vigie.services.models import Service
from vigie.services.queries import catalogue


@dataclass(frozen=True)
class Subscribed:
    """One address that asked to be told, in its language, and the names of what it asked for."""

    address: str
    language: str
    why: tuple[str, ...]


def choices(language: str) -> list[tuple[TopicKind, list[tuple[str, str]]]]:
    """What can be subscribed to: per kind, (topic as text, name), services by their rank."""
    return [
        (TopicKind.ALL, [(str(Topic(TopicKind.ALL)), name_of(Topic(TopicKind.ALL), language))]),
        (
            TopicKind.SERVICE,
            [(f"service:{row.code}", row.name(language)) for row in catalogue()],
        ),
        (TopicKind.EXPERIMENT, [(f"experiment:{row.code}", row.name) for row in experiments()]),
    ]


def name_of(topic: Topic, language: str) -> str:
    """The topic's name for a reader; its code if what it named is gone."""
    if topic.kind == TopicKind.SERVICE:
        service = Service.objects.filter(code=topic.code).first()
        return service.name(language) if service else topic.code
    if topic.kind == TopicKind.EXPERIMENT:
        experiment = Experiment.objects.filter(code=topic.code).first()
        return experiment.name if experiment else topic.code
    with translation.override(language):
        return _("Every outage of the centre")


def topic_of(row: Subscription) -> Topic:
    return Topic(TopicKind(row.kind), row.code)


def of_address(address: str) -> QuerySet[Subscription]:
    """What an address is subscribed to now."""
    return Subscription.objects.filter(address=address.strip().lower(), ended_at__isnull=True)


def active() -> QuerySet[Subscription]:
    return Subscription.objects.filter(ended_at__isnull=True)


def subscribers(services: Sequence[Service], hit: Sequence[Experiment]) -> list[Subscribed]:
    """Whoever subscribed to one of the services or experiments, or to everything; one per address."""
    names = {("all", ""): ""}
    names |= {("service", row.code): row.code for row in services}
    names |= {("experiment", row.code): row.name for row in hit}
    named = {row.code: row for row in services}
    wanted = Q(kind=TopicKind.ALL)
    wanted |= Q(kind=TopicKind.SERVICE, code__in=[code for kind, code in names if kind == "service"])
    wanted |= Q(kind=TopicKind.EXPERIMENT, code__in=[code for kind, code in names if kind == "experiment"])
    found: dict[str, list[Subscription]] = {}
    for row in active().filter(wanted).order_by("address", "-confirmed_at"):
        found.setdefault(row.address, []).append(row)
    language = translation.get_language() or "fr"

    def name(row: Subscription) -> str:
        if row.kind == TopicKind.SERVICE:
            return named[row.code].name(language)
        return names[row.kind, row.code] or _("Every outage of the centre")

    return [
        Subscribed(address, rows[0].language, tuple(dict.fromkeys(name(row) for row in rows)))
        for address, rows in found.items()
    ]


def mailing_lists() -> QuerySet[MailingList]:
    return MailingList.objects.filter(active=True).prefetch_related("services")


def mailing_list(pk: int) -> MailingList:
    """One list that is in use, or `Missing`."""
    found = mailing_lists().filter(pk=pk).first()
    if found is None:
        raise Missing("mailing_list.missing", _("There is no such mailing list (any more)."))
    return found


def lists_for(services: Iterable[Service]) -> list[MailingList]:
    """The lists that are told of an outage of these services."""
    codes = {service.pk for service in services}
    return [
        row for row in mailing_lists() if row.always or codes & {service.pk for service in row.services.all()}
    ]


def still_told(addresses: Iterable[str]) -> set[str]:
    """Those of the addresses (in small letters) that somebody still wants told: contact, subscriber or list."""
    wanted = {address.strip().lower() for address in addresses}
    found = set(active().filter(address__in=wanted).values_list("address", flat=True))
    contacts = Contact.objects.annotate(plain=Lower("address")).filter(
        plain__in=wanted, stopped_at__isnull=True
    )
    lists = mailing_lists().annotate(plain=Lower("address")).filter(plain__in=wanted)
    return found | {row.plain for row in contacts} | {row.plain for row in lists}
