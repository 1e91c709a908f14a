"""Shifts from a file: good lines are entered, bad ones kept aside."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.duty import queries
from vigie.duty.actions.permissions import PERMISSIONS, DutyPermission
from vigie.duty.actions.shifts import add_shift
from vigie.duty.models import Duty
from vigie.duty.sheet import LONGEST_FILE, BadLine, SheetLine, read
from vigie.kernel.access import Actor, require
from vigie.kernel.errors import BadInput, VigieError
from vigie.kernel.events import latest_id
from vigie.people.models import Person
from vigie.people.queries import person_by_login


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
