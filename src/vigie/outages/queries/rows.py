"""Outages, what they affect, their log; recurring maintenance."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from vigie.duty import queries as duty
from vigie.duty.rules import DutyCode
from vigie.kernel import clock
from vigie.kernel.errors import Missing
from vigie.notices import queries as notices
from vigie.outages.models import (
    Affected,
    Fact,
    MaintenanceTemplate,
    Outage,
)
from vigie.outages.rules import (
    Choice,
    FactKind,
    OutageKind,
    State,
    choose,
)
from vigie.people.models import Person
from vigie.services.models import Service

OPEN = (State.DRAFT, State.ANNOUNCED, State.ONGOING)


def outages() -> QuerySet[Outage]:
    """Every outage, newest first, with contact and follower."""
    return Outage.objects.select_related("contact", "follower", "asked_follower", "thread")


def outage(pk: int | str) -> Outage:
    """The outage with this number, or `Missing`."""
    found = outages().filter(pk=pk).first() if str(pk).isdigit() and len(str(pk)) < 18 else None  # noqa: PLR2004 # fits a bigint
    if found is None:
        raise Missing(
            "outage.missing",
            _("There is no outage %(pk)s.") % {"pk": str(pk)[:40]},
            hint=_("“vigie outage list” and the page Outages show them all."),
        )
    return found


def outage_ids(threads: Iterable[int]) -> dict[int, int]:
    """{thread: outage} for the notices' threads given; one that is of no outage is left out."""
    return dict(Outage.objects.filter(thread__in=list(threads)).values_list("thread_id", "pk"))


def ongoing() -> QuerySet[Outage]:
    """Outages of this moment, longest first."""
    return outages().filter(state=State.ONGOING).order_by("starts_at")


def over_since(t: datetime) -> QuerySet[Outage]:
    """Outages that ended at `t` or after, the newest end first."""
    return outages().filter(ended_at__gte=t, state__in=(State.ENDED, State.REVIEWED)).order_by("-ended_at")


def in_span(
    rows: QuerySet[Outage], since: datetime | None = None, until: datetime | None = None
) -> QuerySet[Outage]:
    """Those of `rows` that were not over before `since` and had begun before `until`."""
    if since:
        rows = rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=since))
    return rows.filter(starts_at__lt=until) if until else rows


def matching(*, state: str = "", service: str = "", kind: str = "", text: str = "") -> QuerySet[Outage]:
    """Outages that fit every filter given, newest first. `state` is a state or "open" (anything not over);
    `text` is looked for in the names of services and people, in the log and in the report; a number is a number.
    """
    rows = outages()
    if state:
        rows = rows.filter(state__in=OPEN) if state == "open" else rows.filter(state=state)
    if service:
        rows = rows.filter(pk__in=Affected.objects.filter(service__code=service).values("outage"))
    if kind:
        rows = rows.filter(kind=kind)
    for word in text.split()[:8]:
        found = (
            Q(contact__name__icontains=word)
            | Q(follower__name__icontains=word)
            | Q(review_fr__icontains=word)
            | Q(review_en__icontains=word)
            | Q(pk__in=Fact.objects.filter(text__icontains=word).values("outage"))
            | Q(pk__in=Affected.objects.filter(_names(word)).values("outage"))
        )
        if word.isdigit() and len(word) < 18:  # noqa: PLR2004 # fits a bigint
            found |= Q(pk=int(word))
        rows = rows.filter(found)
    return rows


def _names(word: str) -> Q:
    return (
        Q(service__code__icontains=word)
        | Q(service__name_fr__icontains=word)
        | Q(service__name_en__icontains=word)
    )


def default_holder(code: DutyCode, declarer: Person | None) -> Choice | None:
    """Who would hold the role of this duty in an outage declared now; None if there is nobody at all."""
    on_duty = [(row.person.pk, row.level) for row in duty.on_duty(clock.now(), code)]
    leads = [person.pk for person in duty.leads_of(code)]
    return choose(on_duty, leads, declarer.pk if declarer else None)


def affected(row: Outage) -> list[Affected]:
    """Its lines with their services; read anew unless `with_lines` has read them."""
    return list(row.affected.all())


def with_lines(rows: Iterable[Outage]) -> list[Outage]:
    """The rows with their lines read in one query for all: for pages, whose rows don't change under them."""
    found = list(rows)
    prefetch_related_objects(found, "affected")
    return found


def ongoing_for(services: Iterable[Service]) -> list[Outage]:
    """Ongoing outages in which one of the services is affected and not yet restored."""
    rows = ongoing().filter(affected__service__in=list(services), affected__restored_at__isnull=True)
    return list(rows.distinct())


def ongoing_for_codes(codes: Iterable[str]) -> list[Outage]:
    """The same, by the services' codes."""
    return ongoing_for(Service.objects.filter(code__in=list(codes)))


def in_other_outages(row: Outage) -> list[Service]:
    """Services that another outage of this moment holds, in catalogue order; its own aside."""
    own = row.affected.values_list("service_id", flat=True)
    others = Affected.objects.filter(outage__state=State.ONGOING, restored_at__isnull=True).exclude(
        outage=row
    )
    found = {line.service for line in others.exclude(service__in=own).select_related("service")}
    return sorted(found, key=lambda service: (service.rank, service.code))


def told_since(row: Outage, t: datetime) -> bool:
    """Whether anything was told outside about this outage at `t` or after."""
    return any(
        version.published_at and version.published_at >= t for version in notices.published(row.thread)
    )


def hits_now() -> dict[int, Affected]:
    """{service id: its line} of everything affected at this moment; in two outages, the worse effect counts."""
    rank = {"down": 0, "degraded": 1, "at_risk": 2}
    rows = Affected.objects.filter(outage__state=State.ONGOING, restored_at__isnull=True).select_related(
        "outage"
    )
    found: dict[int, Affected] = {}
    for row in sorted(rows, key=lambda row: (rank[row.effect], row.starts_at)):
        found.setdefault(row.service_id, row)
    return found


def effects_now() -> dict[int, tuple[str, Outage]]:
    """{service id: (effect, outage)} of everything affected at this moment."""
    return {service_id: (row.effect, row.outage) for service_id, row in hits_now().items()}


def log(row: Outage) -> list[Fact]:
    """The inside log, oldest first."""
    return list(row.facts.select_related("author", "answers", "mail"))


def latest_fact_id(row: Outage) -> int:
    """What a page compares itself with, to know whether something was logged since."""
    return row.facts.order_by("-pk").values_list("pk", flat=True).first() or 0


def open_questions(row: Outage | None = None) -> QuerySet[Fact]:
    """Questions without an answer, oldest first."""
    facts = Fact.objects.filter(kind=FactKind.QUESTION, answered_by__isnull=True).select_related("outage")
    return (facts.filter(outage=row) if row else facts).order_by("at")


def followed_or_held_by(person: Person) -> QuerySet[Outage]:
    """Outages not yet reviewed in which this person is contact or follower."""
    rows = outages().filter(state__in=(*OPEN, State.ENDED))  # named one by one, so that the index serves
    return rows.filter(Q(contact=person) | Q(follower=person))


def looked_after(threads: Iterable[int]) -> dict[int, Outage]:
    """{thread: its outage} of those that are not reviewed or cancelled yet: their people still have them on the desk."""
    rows = outages().filter(thread__in=set(threads), state__in=(*OPEN, State.ENDED))
    return {row.thread_id: row for row in rows}


def of_threads(threads: Iterable[int]) -> dict[int, Outage]:
    """{thread: its outage}."""
    return {row.thread_id: row for row in outages().filter(thread__in=set(threads))}


def planned() -> QuerySet[Outage]:
    """Scheduled outages to come: drafts and announced ones, soonest first."""
    return (
        outages()
        .filter(kind=OutageKind.SCHEDULED, state__in=(State.DRAFT, State.ANNOUNCED))
        .order_by("starts_at")
    )


def planned_as(key: str | None, template: MaintenanceTemplate | None, starts_at: datetime) -> Outage | None:
    """What this very form, or this occurrence of a template, has planned already."""
    same_form = Outage.objects.filter(key=key).first() if key else None
    if same_form or template is None:
        return same_form
    return Outage.objects.filter(template=template, planned_start=starts_at).first()


def between(start: datetime, end: datetime) -> QuerySet[Outage]:
    """Outages of any kind that touch [start, end), by start: what a calendar shows."""
    lasts = Q(ended_at__isnull=True) & Q(expected_end__gt=start)
    if start <= clock.now():  # whatever goes on lasts until now, however long it was expected to take
        lasts |= Q(ended_at__isnull=True) & (Q(state=State.ONGOING) | Q(expected_end__isnull=True))
    rows = outages().exclude(state=State.CANCELLED).filter(starts_at__lt=end)
    return rows.filter(Q(ended_at__gt=start) | lasts).order_by("starts_at")


def templates() -> QuerySet[MaintenanceTemplate]:
    return MaintenanceTemplate.objects.filter(active=True)


def template(code: str) -> MaintenanceTemplate:
    found = templates().filter(code=code).first()
    if found is None:
        raise Missing(
            "template.missing", _("There is no maintenance template “%(code)s”.") % {"code": code[:60]}
        )
    return found


def collisions(row: Outage) -> list[Outage]:
    """Other outages at the same time, whatever their kind: told before, not after."""
    if row.expected_end is None:
        return []
    return [other for other in between(row.starts_at, row.expected_end) if other.pk != row.pk]
