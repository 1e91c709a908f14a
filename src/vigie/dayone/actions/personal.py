"""What Vigie keeps about somebody: to be told, to be forgotten, by hand or when its time is over."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vigie.dayone.events import DayOneAudit
from vigie.dayone.models import Upload, UploadState
from vigie.duty.actions import forget_person as forget_in_rota
from vigie.duty.handover.actions import forget_person as forget_in_handovers
from vigie.duty.seen.actions import forget_maker
from vigie.experiments.actions import forget_address, forget_ended_accounts
from vigie.jobs.findings.actions import forget_exempter
from vigie.kernel import audit, clock, journal
from vigie.kernel.access import Actor, System, require
from vigie.kernel.errors import Missing, Refused
from vigie.kernel.models import AuditRow
from vigie.lib.forgetting import SHORTEST, forgetter
from vigie.notices.subscriptions import actions as subscriptions
from vigie.outages.actions.log import forget_author
from vigie.people.actions import PERMISSIONS, PeoplePermission
from vigie.people.actions import erase as erase_account
from vigie.people.models import Person

log = journal.of(__name__)

SECRETS = frozenset({"password", "digest"})
ADDRESSES = frozenset({"address", "recipient", "sender", "mail", "email"})  # fields that hold a mail address
ERASED = "(erased)"


@dataclass(frozen=True)
class Whom:
    """A person of the desk, or somebody outside who is known by an address only."""

    person: Person | None
    address: str

    @property
    def name(self) -> str:
        return self.person.name if self.person else self.address


def whom(text: str) -> Whom:
    """Who is meant by a login or a mail address; `Missing` if Vigie knows nobody by it."""
    text = text.strip()
    person = Person.objects.filter(Q(login=text) | (Q(email__iexact=text) & ~Q(email=""))).first()
    found = Whom(person, (person.email if person else text).lower())
    if person is None and ("@" not in text or not any(_rows(found))):
        raise Missing("person.unknown", _("Vigie keeps nothing about “%(text)s”.") % {"text": text[:80]})
    return found


def about(actor: Actor, who: Whom) -> dict[str, Any]:
    """Everything that Vigie keeps about somebody: {table: rows}. Found by what points at them, whatever the table."""
    require(actor, PeoplePermission.MANAGE, PERMISSIONS)
    found: dict[str, Any] = {"at": clock.now(), "name": who.name, "address": who.address}
    for model, rows in _rows(who):
        found[model._meta.label_lower] = [_plain(row) for row in serializers.serialize("python", rows)]  # noqa: SLF001 # Django's documented model metadata
    return found


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": row["pk"], **{key: value for key, value in row["fields"].items() if key not in SECRETS}}


def _rows(who: Whom) -> Iterator[tuple[type[models.Model], models.QuerySet[models.Model]]]:
    """Every table with rows that point at the person, hold the address, or (the audit) tell what they did."""
    for model in apps.get_models():
        fields = model._meta.get_fields()  # noqa: SLF001 # same
        wanted = Q(pk__in=[])
        for one in fields:
            if isinstance(one, models.ForeignKey) and one.related_model is Person and who.person:
                wanted |= Q(**{one.name: who.person})
            if isinstance(one, models.CharField) and one.name in ADDRESSES and who.address:
                wanted |= Q(**{f"{one.name}__iexact": who.address})
        if who.person and model is Person:
            wanted |= Q(pk=who.person.pk)
        if who.person and model is AuditRow:
            wanted |= Q(actor_kind__in=["person", "token"], actor_id=str(who.person.pk))
            wanted |= Q(subject_kind="people.person", subject_id=str(who.person.pk))
        rows = model._default_manager.filter(wanted).order_by("pk")  # noqa: SLF001 # same
        if rows.exists():
            yield model, rows


@transaction.atomic
def forget(actor: Actor, who: Whom) -> str:
    """Erase somebody: what they did stays, under a number. Returns what stands in the place of their name.

    A person of the desk must have left. Decision record 10 says what goes and what stays.
    """
    require(actor, PeoplePermission.MANAGE, PERMISSIONS)
    names, label, subject = [who.address], ERASED, None
    if who.person:
        names.append(who.person.name)
        name = who.person.name
        label = erase_account(actor, who.person)
        forget_author(who.person, name, label)
        forget_in_rota(who.person, name, label)
        forget_in_handovers(name, label)
        forget_maker(name, label)
        forget_exempter(name, label)
        subject = ("people.person", str(who.person.pk))
    if who.address:
        forget_address(actor, who.address)
        subscriptions.erase(actor, who.address)
    _forget_in_uploads(names, label)
    audit.forget(names, label, about=subject)
    return label


def would_remain(actor: Actor, who: Whom) -> dict[str, int]:
    """{table: rows that would still point at them or hold the address}, by forgetting them and taking it back.

    Raises what `forget` raises.
    """
    again = Whom(Person.objects.get(pk=who.person.pk) if who.person else None, who.address)
    with transaction.atomic():
        forget(actor, again)
        left = {model._meta.label_lower: rows.count() for model, rows in _rows(again)}  # noqa: SLF001 # Django's documented model metadata
        transaction.set_rollback(True)
    return left


def _forget_in_uploads(names: list[str], label: str) -> None:
    """Files that were applied tell of somebody else; those only looked at go: their lines can't be mended."""
    wanted = [name.lower() for name in names if len(name) >= SHORTEST]
    without = forgetter(names, label)
    for row in Upload.objects.all():
        said = json.dumps([row.seen, row.outcome, row.name], ensure_ascii=False).lower()
        content = bytes(row.content or b"").decode("utf-8", "replace").lower()
        if not any(name in said or name in content for name in wanted):
            continue
        if row.state == UploadState.LOOKED:
            row.delete()
        else:
            told = {
                "seen": without(row.seen),
                "outcome": without(row.outcome),
                "name": without(row.name)[:200],
            }
            Upload.objects.filter(pk=row.pk).update(**told)


def apply_retention() -> int:
    """Forget what is older than the configuration says; returns how many rows. Called by the worker, once a day."""
    keep = {name: settings.OPTIONS[f"keep.{name}"] for name in ("left_days", "accounts_days", "imports_days")}
    now = clock.now()
    done = 0
    if days := keep["left_days"]:
        gone = Person.objects.filter(is_active=False, employed_until__lt=(now - timedelta(days=days)).date())
        for person in gone.exclude(name__startswith="(erased"):
            try:
                forget(System(), Whom(person, person.email.lower()))
                done += 1
            except Refused as error:
                log.warning("retention.refused", person=person.pk, reason=error.code)
    if days := keep["accounts_days"]:
        done += forget_ended_accounts(System(), now - timedelta(days=days))
    if days := keep["imports_days"]:
        done += _forget_uploads(now - timedelta(days=days))
    log.info("retention.applied", rows=done)
    return done


@transaction.atomic
def _forget_uploads(before: Any) -> int:
    rows = Upload.objects.filter(made_at__lt=before)
    last = rows.defer("content").first()
    if last is None:
        return 0
    count = rows.count()
    audit.record(
        DayOneAudit.FORGOTTEN, actor=System(), subject=last, changes={"files": count, "before": before}
    )
    rows.delete()
    return count
