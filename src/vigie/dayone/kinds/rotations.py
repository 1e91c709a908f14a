"""Who may hold a duty, and who follows whom."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from vigie.dayone import columns
from vigie.dayone.columns import Column
from vigie.dayone.kind import Kind, Values, day, texts
from vigie.dayone.kinds.duty import may
from vigie.duty.actions import qualify, save_rotation
from vigie.duty.models import Qualification, Rotation
from vigie.duty.queries import duty_by_code
from vigie.duty.rules import Every
from vigie.kernel.access import Actor
from vigie.kernel.errors import BadInput
from vigie.people.queries import anybody, person_by_login

DUTY = Column("duty", _("code of the duty"), columns.text, needed=True, aliases=frozenset({"permanence"}))
LOGIN = Column("person", _("login"), columns.text, needed=True, aliases=frozenset({"personne", "login"}))
SINCE = Column(
    "from",
    _("first day, like 2026-11-23"),
    columns.day,
    needed=True,
    aliases=frozenset({"since", "depuis", "du"}),
)
UNTIL = Column(
    "until", _("first day no longer; empty: no end"), columns.day, aliases=frozenset({"jusqu_au", "au"})
)


def first_day(row: Values, name: str) -> date:
    """The day on which something begins; `BadInput` if the cell is empty."""
    found = day(row, name)
    if found is None:
        raise BadInput("import.no_day", _("On which day does it begin?"), field=name)
    return found


def _qualifications(_rows: Sequence[Values] | None) -> Iterable[Values]:
    found = Qualification.objects.select_related("duty", "person")
    for row in found.order_by("duty__code", "person__login", "since"):
        yield {
            "duty": row.duty.code,
            "person": row.person.login,
            "from": row.since,
            "until": row.until or "",
        }


def _save_qualification(actor: Actor, row: Values) -> Qualification:
    duty, person = duty_by_code(str(row["duty"])), anybody(str(row["person"]))
    return qualify(actor, duty, person, since=first_day(row, "from"), until=day(row, "until"))


QUALIFICATIONS = Kind(
    name="qualifications",
    title=_("Who may hold a duty"),
    about=_("From when until when somebody is qualified; a duty without any asks for none."),
    columns=(
        DUTY,
        LOGIN,
        SINCE,
        UNTIL,
    ),
    key=("duty", "person", "from"),
    require=may,
    present=_qualifications,
    save=_save_qualification,
)


def _rotations(_rows: Sequence[Values] | None) -> Iterable[Values]:
    found = Rotation.objects.select_related("duty").prefetch_related("places__person")
    for row in found.order_by("duty__code", "starts_on"):
        yield {
            "duty": row.duty.code,
            "from": row.starts_on,
            "every": str(row.every),
            "people": tuple(place.person.login for place in row.places.all()),
            "offsets": tuple(str(one) for one in row.offsets) or ("0",),
        }


def _save_rotation(actor: Actor, row: Values) -> object:
    duty, starts_on = duty_by_code(str(row["duty"])), first_day(row, "from")
    begun = Rotation.objects.filter(duty=duty, starts_on=starts_on).first()
    known = {place.person.login: place.person for place in begun.places.all()} if begun else {}
    people = [known.get(login) or person_by_login(login) for login in texts(row, "people")]
    return save_rotation(
        actor,
        duty,
        starts_on=starts_on,
        every=str(row["every"]),
        people=people,
        offsets=[int(one) for one in texts(row, "offsets")],
    )


ROTATIONS = Kind(
    name="rotations",
    title=_("Rotations"),
    about=_("Who follows whom in a duty, from a day on until its next rotation begins."),
    columns=(
        DUTY,
        Column(
            "from",
            _("first day, like 2026-11-23"),
            columns.day,
            needed=True,
            aliases=frozenset({"starts_on", "du"}),
        ),
        Column(
            "every", ", ".join(Every), columns.one_of(Every.WEEK, Every.DAY, Every.SHIFT), Every.WEEK.value
        ),
        Column(
            "people",
            _("logins in their order, separated by spaces"),
            columns.ordered,
            (),
            aliases=frozenset({"personnes"}),
        ),
        Column("offsets", _("of each level in the list, like 0 1"), columns.places, ("0",)),
    ),
    key=("duty", "from"),
    require=may,
    present=_rotations,
    save=_save_rotation,
)
