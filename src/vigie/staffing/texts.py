"""A comparison as plain data, for programs and for pages."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from vigie.experiments.coverage.rules import State
from vigie.staffing.queries import Comparison
from vigie.staffing.rules import Held, Outcome


def name_of(comparison: Comparison, pk: int) -> str:
    """A person's name; newcomers are numbered."""
    return _("newcomer %(n)s") % {"n": -pk} if pk < 0 else comparison.persons[pk].name


def key_of(comparison: Comparison, pk: int) -> str:
    """A person's login; newcomers are +1, +2…, which no login can be."""
    return f"+{-pk}" if pk < 0 else comparison.persons[pk].login


def as_record(comparison: Comparison) -> dict[str, Any]:
    """Everything of a comparison in JSON types: what `vigie duty simulate --json` and the API answer."""
    change = comparison.change
    return {
        "from": change.on.isoformat(),
        "weeks": comparison.weeks,
        "without": sorted(comparison.persons[pk].login for pk in change.gone),
        "with": change.newcomers,
        "before": _side(comparison, comparison.before),
        "after": _side(comparison, comparison.after),
    }


def _side(comparison: Comparison, side: Outcome) -> dict[str, Any]:
    lines = {state: sorted(key for key, worst in side.lines.items() if worst is state) for state in State}
    return {
        "shifts": side.shifts,
        "unfilled_count": len(side.unfilled),
        "unfilled": [_slot(held) for held in sorted(side.unfilled, key=lambda held: held.span.starts)],
        "people": {
            code: {"able": one.people, "minimum": one.minimum, "ideal": one.ideal}
            for code, one in side.strength.items()
        },
        "share_of_weeks": {
            key_of(comparison, pk): round(share(comparison, side, pk), 3)
            for pk in comparison.persons_in_rotas()
        },
        "uncovered": lines[State.NONE],
        "only_one": lines[State.SINGLE],
        "taken_by_newcomers": {line: key_of(comparison, pk) for line, pk in side.taken.items()},
    }


def _slot(held: Held) -> Mapping[str, Any]:
    return {
        "duty": held.duty,
        "level": held.level,
        "starts_at": held.span.starts.isoformat(),
        "ends_at": held.span.ends.isoformat(),
    }


def share(comparison: Comparison, side: Outcome, pk: int) -> float:
    """The share of the weeks in which a person holds a shift, 0 to 1."""
    return min(1.0, side.weeks.get(pk, 0) / comparison.weeks)
