"""Every kind, in the order in which a new centre brings them along: each names only what stands before it."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from vigie.dayone.kind import Kind
from vigie.dayone.kinds.accounts import ACCOUNTS
from vigie.dayone.kinds.coverage import COVERAGE
from vigie.dayone.kinds.duty import DUTIES
from vigie.dayone.kinds.experiments import CONTACTS, EXPERIMENTS
from vigie.dayone.kinds.people import GROUPS, PEOPLE
from vigie.dayone.kinds.places import PLACES
from vigie.dayone.kinds.rotations import QUALIFICATIONS, ROTATIONS
from vigie.dayone.kinds.services import SERVICES
from vigie.dayone.kinds.shifts import SHIFTS
from vigie.kernel.errors import BadInput

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        GROUPS,
        PEOPLE,
        SERVICES,
        EXPERIMENTS,
        CONTACTS,
        ACCOUNTS,
        PLACES,
        COVERAGE,
        DUTIES,
        QUALIFICATIONS,
        ROTATIONS,
        SHIFTS,
    )
}


def kind_of(name: str) -> Kind:
    """The kind of this name; `BadInput` lists them."""
    found = KINDS.get(name)
    if found is None:
        raise BadInput(
            "import.kind",
            _("“%(name)s” can’t be imported or exported.") % {"name": name[:40]},
            hint=_("What can: %(names)s.") % {"names": ", ".join(KINDS)},
            field="kind",
        )
    return found
