"""Verbs over duties, shifts and escalations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.duty import queries
from vigie.duty.events import DutyAudit, RotaChanged
from vigie.duty.models import Duty, Escalation, EscalationStep, Shift
from vigie.duty.rules import HANDOVER_OVERLAP, HIGHEST_LEVEL, Rung, Span, rung_due
from vigie.duty.sheet import LONGEST_FILE, BadLine, SheetLine, read
from vigie.duty.texts import page_mail
from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, Permission, System, require
from vigie.kernel.errors import BadInput, Conflict, Refused, VigieError
from vigie.kernel.events import emit, latest_id
from vigie.kernel.lifecycle import change_one
from vigie.people.models import Person
from vigie.people.queries import person_by_login
from vigie.people.rules import Role
from vigie.post.actions import Parcel, enqueue


class DutyPermission(Permission):
    EDIT = "duty.edit"


PERMISSIONS = {DutyPermission.EDIT: frozenset({Role.LEAD, Role.ADMINISTRATOR})}
LONGEST_SHIFT = timedelta(days=31)
FARTHEST_SHIFT = timedelta(days=3653)


@transaction.atomic
def save_duty(
    actor: Actor, *, code: str, name_fr: str, name_en: str, phone: str = "", rank: int = 100
) -> Duty:
    """Create the duty with this code or bring it up to date."""
    require(actor, DutyPermission.EDIT, PERMISSIONS)
    duty = Duty.objects.filter(code=code).first() or Duty(code=code)
    duty.name_fr, duty.name_en, duty.phone, duty.rank = name_fr, name_en, phone, rank
    try:
        duty.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise BadInput("duty.invalid", f"{field}: {messages[0]}", field=field) from None
    duty.save()
    audit.record(
        DutyAudit.DUTY_SAVED, actor=actor, subject=duty, changes={"name_en": name_en, "phone": phone}
    )
    return duty


@transaction.atomic
def add_shift(
    actor: Actor, *, duty: Duty, person: Person, starts_at: datetime, ends_at: datetime, level: int = 1
) -> Shift:
    """Put a person on duty. The same shift entered again changes nothing and is returned as it stands."""
    require(actor, DutyPermission.EDIT, PERMISSIONS)
    if ends_at <= starts_at:
        raise BadInput("shift.ends_before_start", _("The shift ends before it starts."), field="ends_at")
    if ends_at - starts_at > LONGEST_SHIFT:
        raise BadInput(
            "shift.too_long", _("A shift lasts 31 days at most; is the year right?"), field="ends_at"
        )
    if abs(starts_at - clock.now()) > FARTHEST_SHIFT:
        raise BadInput(
            "shift.too_far",
            _("This shift is more than ten years away; is the year right?"),
            field="starts_at",
        )
    if not 1 <= level <= HIGHEST_LEVEL:
        raise BadInput(
            "shift.level",
            _("Levels go from 1, the primary, to %(highest)s.") % {"highest": HIGHEST_LEVEL},
            field="level",
        )
    if not person.is_active:
        raise Refused(
            "shift.person_left", _("%(name)s no longer works here.") % {"name": person.name}, field="person"
        )
    if same := _check_others(duty, person, Span(starts_at, ends_at), level):
        return same
    shift = Shift.objects.create(duty=duty, person=person, level=level, starts_at=starts_at, ends_at=ends_at)
    audit.record(
        DutyAudit.SHIFT_ADDED,
        actor=actor,
        subject=shift,
        changes={
            "duty": duty.code,
            "person": person,
            "level": level,
            "starts_at": starts_at,
            "ends_at": ends_at,
        },
    )
    emit(RotaChanged(duty=duty.code))
    return shift


def _check_others(duty: Duty, person: Person, wanted: Span, level: int) -> Shift | None:
    """The very same shift if it is there already; `Refused` if another one stands in its way."""
    for other in queries.shifts_between(wanted.starts, wanted.ends, duty.code):
        there = Span(other.starts_at, other.ends_at)
        if (other.person_id, other.level, there) == (person.pk, level, wanted):
            return other
        if other.level == level and (
            wanted.overlap(there) > HANDOVER_OVERLAP or other.person_id == person.pk
        ):
            raise Refused(
                "shift.overlaps",
                _("%(name)s already holds level %(level)s of %(duty)s then.")
                % {"name": other.person.name, "level": level, "duty": duty.code},
                hint=_("Remove that shift first, or enter this one at another level."),
                field="starts_at",
            )
        if other.person_id == person.pk and wanted.overlap(there) > HANDOVER_OVERLAP:
            raise Refused(
                "shift.own_backup",
                _("%(name)s holds level %(level)s of %(duty)s then, and can't be their own backup.")
                % {"name": person.name, "level": other.level, "duty": duty.code},
                field="person",
            )
    return None


@transaction.atomic
def remove_shift(actor: Actor, shift: Shift) -> None:
    """Take a shift out of the rota. One that has begun stays: history is what was."""
    require(actor, DutyPermission.EDIT, PERMISSIONS)
    if shift.starts_at <= clock.now():
        raise Refused(
            "shift.begun",
            _("This shift has begun; what was can't be undone."),
            hint=_("Enter the person who takes over at another level."),
        )
    if not Shift.objects.filter(pk=shift.pk).delete()[0]:
        raise Conflict("shift.gone", _("Somebody removed this shift a moment ago."))
    audit.record(
        DutyAudit.SHIFT_REMOVED,
        actor=actor,
        subject=shift,
        changes={"duty": shift.duty.code, "person": shift.person, "starts_at": shift.starts_at},
    )
    emit(RotaChanged(duty=shift.duty.code))


@dataclass(frozen=True)
class ImportedLine:
    """A good line of a file and the shift it means; `new` is False where that shift stood already."""

    line: SheetLine
    person: Person
    duty: Duty
    new: bool


@dataclass(frozen=True)
class ImportResult:
    """What became of a file of shifts: good lines are in the rota, bad ones kept aside, by number."""

    good: tuple[ImportedLine, ...]
    bad: tuple[BadLine, ...]

    @property
    def added(self) -> int:
        return sum(line.new for line in self.good)

    @property
    def unchanged(self) -> int:
        return len(self.good) - self.added


@transaction.atomic
def import_shifts(actor: Actor, source: bytes | str) -> ImportResult:
    """Enter every good line of a CSV file (see `sheet.read`); the same file again changes nothing."""
    require(actor, DutyPermission.EDIT, PERMISSIONS)
    if len(source) > LONGEST_FILE:
        raise BadInput(
            "import.too_long",
            _("The file is too long (%(limit)s characters at most).") % {"limit": f"{LONGEST_FILE:,}"},
            hint=_("Cut it in two; what was entered already is recognised."),
            field="text",
        )
    sheet = read(source, ZoneInfo(settings.TIME_ZONE))
    duties = {duty.code.lower(): duty for duty in queries.duties()}
    people = {person.login: person for person in Person.objects.all()}
    good: list[ImportedLine] = []
    bad = list(sheet.bad)
    for line in sheet.good:
        try:
            good.append(_import_line(actor, line, duties, people))
        except VigieError as error:
            shown = f"{line.duty}, {line.person}, {line.level}"
            bad.append(BadLine(line.number, shown, str(error)))
    return ImportResult(tuple(good), tuple(sorted(bad, key=lambda line: line.number)))


def _import_line(
    actor: Actor, line: SheetLine, duties: Mapping[str, Duty], people: Mapping[str, Person]
) -> ImportedLine:
    duty, person = duties.get(line.duty.lower()), people.get(line.person)
    if duty is None:
        queries.duty_by_code(line.duty)  # raises, with the codes that there are
        raise BadInput("duty.unknown", line.duty)
    if person is None:
        person_by_login(line.person)
        raise BadInput("person.unknown", line.person)
    with transaction.atomic():  # a refused line leaves the others alone
        last = latest_id()
        add_shift(
            actor,
            duty=duty,
            person=person,
            starts_at=line.starts_at,
            ends_at=line.ends_at,
            level=line.level,
        )
        return ImportedLine(line, person, duty, new=latest_id() > last)


def preview_shifts(actor: Actor, source: bytes | str) -> ImportResult:
    """What `import_shifts` would do, by doing it and taking it back: the two can't differ."""
    with transaction.atomic():
        result = import_shifts(actor, source)
        transaction.set_rollback(True)
    return result


@transaction.atomic
def escalate(*, key: str, what_fr: str, what_en: str, path: str, rungs: Sequence[Rung]) -> Escalation:
    """Open an escalation for something owed, or return the one that is open for it already."""
    found = queries.open_escalations().filter(key=key).first()
    if found:
        return found
    stored = [{"kind": rung.kind, "ref": rung.ref, "after": rung.after.total_seconds()} for rung in rungs]
    escalation = Escalation.objects.create(
        key=key, what_fr=what_fr[:300], what_en=what_en[:300], path=path, rungs=stored, opened_at=clock.now()
    )
    audit.record(DutyAudit.ESCALATION_OPENED, actor=System(), subject=escalation, changes={"key": key})
    return escalation


@transaction.atomic
def climb(escalation: Escalation) -> bool:
    """Tell the next rung if its time has come; False if nothing was due."""
    rungs = [Rung(row["kind"], row["ref"], timedelta(seconds=row["after"])) for row in escalation.rungs]
    index = rung_due(rungs, opened_at=escalation.opened_at, told=escalation.told, now=clock.now())
    if index is None:
        return False
    change_one(escalation, expect={"told": index, "closed_at": None}, told=index + 1)
    persons = queries.answers_to(rungs[index], clock.now())
    already = set(escalation.steps.exclude(person=None).values_list("person_id", flat=True))
    for person in persons:
        if person.pk not in already:
            _tell(escalation, index, person)
    if not persons:
        EscalationStep.objects.create(
            escalation=escalation, rung=index, at=clock.now(), note="nobody holds this"
        )
    audit.record(
        DutyAudit.ESCALATION_CLIMBED,
        actor=System(),
        subject=escalation,
        changes={"rung": index, "told": [person.name for person in persons]},
    )
    return True


def _tell(escalation: Escalation, index: int, person: Person) -> None:
    note = "" if person.email else "no mail address: shown on the desk only"
    EscalationStep.objects.create(escalation=escalation, rung=index, person=person, at=clock.now(), note=note)
    if person.email:
        key = f"escalation:{escalation.pk}:{index}:{person.pk}"
        parcel = Parcel(
            key=key,
            recipient=person.email,
            recipient_name=person.name,
            language=person.language,
            topic=f"escalation:{escalation.pk}",
            payload=dict(page_mail(escalation, person)),
        )
        enqueue([parcel])


@transaction.atomic
def stand_down(escalation: Escalation, *, why: str) -> None:
    """What was owed is done, or no longer owed."""
    change_one(escalation, expect={"closed_at": None}, closed_at=clock.now(), closed_why=why[:200])
    audit.record(DutyAudit.ESCALATION_CLOSED, actor=System(), subject=escalation, reason=why)
