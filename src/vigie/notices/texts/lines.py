"""The one line that says it: title and flash. Always true, never longer than the limit: with many services it
names fewer of them and counts the rest, and never says of one what is so of another.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from vigie.notices.rules import FLASH_LIMIT, TITLE_LIMIT, DataLost, Effect, Facts, Kind, ServiceFact
from vigie.notices.texts.times import planned_day, when, zone_city

Naming = Callable[[ServiceFact], str]


def listed(names: Iterable[str]) -> str:
    """“a, b and c” in the active language."""
    names = list(names)
    if len(names) < 2:  # noqa: PLR2004 # one name needs no joining
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def effect_words(effect: str, *, again: bool = False) -> str:
    """What users notice, in words that fit any service, whatever its gender in French."""
    if again:
        return {
            Effect.DOWN: pgettext("effect on a service", "down again"),
            Effect.DEGRADED: pgettext("effect on a service", "slow or unreliable again"),
            Effect.AT_RISK: pgettext("effect on a service", "at risk of interruptions again"),
        }[Effect(effect)]
    return {
        Effect.DOWN: pgettext("effect on a service", "down"),
        Effect.DEGRADED: pgettext("effect on a service", "slow or unreliable"),
        Effect.AT_RISK: pgettext("effect on a service", "at risk of interruptions"),
    }[Effect(effect)]


def language() -> str:
    return "fr" if (translation.get_language() or "").startswith("fr") else "en"


def flat(text: str) -> str:
    """On one line: what stands in a title or subject can't break it."""
    return " ".join(text.split())


def short_name(service: ServiceFact) -> str:
    return flat(service.name(language()))


def full_name(service: ServiceFact) -> str:
    """The plain words first, the product's name after: “the experiments’ files on disk (dCache storage)”."""
    plain, name = flat(service.plain(language())), short_name(service)
    if not plain or plain.lower() == name.lower():
        return name
    return f"{plain} ({name})"


def _all(services: Sequence[ServiceFact], naming: Naming) -> str:
    return listed(naming(service) for service in services)


def _some(services: Sequence[ServiceFact], naming: Naming) -> str:
    """The first by name, the others by number."""
    rest = len(services) - 1
    if not rest:
        return naming(services[0])
    return ngettext("%(name)s and %(n)d other service", "%(name)s and %(n)d other services", rest) % {
        "name": naming(services[0]),
        "n": rest,
    }


Namer = Callable[[Sequence[ServiceFact], Naming], str]


def since_words(service: ServiceFact, facts: Facts, time: str) -> str:
    """“down since …”, “down again since …”, “down from …”: the state of one service that is not back."""
    effect = effect_words(service.effect, again=facts.again(service))
    if facts.state == "announced":
        return _("%(effect)s from %(time)s") % {"effect": effect, "time": time}
    return _("%(effect)s since %(time)s") % {"effect": effect, "time": time}


def _clause(names: str, what: str) -> str:
    return _("%(names)s: %(what)s") % {"names": names, "what": what}


def _groups(facts: Facts) -> list[list[ServiceFact]]:
    """Open services that can share a clause: same effect, same start; the worst effect first."""
    order = list(Effect)
    found: dict[tuple[int, datetime], list[ServiceFact]] = {}
    for service in facts.open_services or facts.services:
        found.setdefault((order.index(Effect(service.effect)), facts.since(service)), []).append(service)
    return [found[key] for key in sorted(found)]


def _ongoing(facts: Facts, naming: Naming, now: datetime) -> Iterator[str]:
    """From the most to the least telling line; every one is true."""
    groups = _groups(facts)

    def clause(group: Sequence[ServiceFact], namer: Namer) -> str:
        return _clause(namer(group, naming), since_words(group[0], facts, when(facts.since(group[0]), now)))

    def without_start(group: Sequence[ServiceFact]) -> str:
        again = facts.again(group[0])
        return _clause(_all(group, naming), effect_words(group[0].effect, again=again))

    worst, *others = groups
    began = facts.since(worst[0])
    full = [
        without_start(group) if group is not worst and facts.since(group[0]) == began else clause(group, _all)
        for group in groups
    ]
    # The start of the worst is told; that of the others may wait for the body.
    brief = [full[0], *map(without_start, others)]
    if facts.restored_services and facts.open_services:
        back = _clause(_all(facts.restored_services, naming), _("working again"))
        yield _joined([*full, back])
        yield _joined([*brief, back])
    yield _joined(full)
    yield _joined(brief)
    for namer in (_all, _some):
        yield _joined([clause(worst, namer), *_counted(sum(len(group) for group in others))])


def _counted(n: int) -> list[str]:
    if not n:
        return []
    return [ngettext("%(n)d other service disturbed", "%(n)d other services disturbed", n) % {"n": n}]


def _joined(clauses: Iterable[str]) -> str:
    return pgettext("between two clauses", "; ").join(clauses)


def _lines(kind: str, facts: Facts, naming: Naming, now: datetime) -> Iterator[str]:
    """What kind of notice it is, where the line alone does not tell, and the line."""
    pattern = {
        Kind.REMINDER: _("Reminder — %(line)s"),
        Kind.CHANGE: _("Change — %(line)s"),
        Kind.START: _("Work has begun — %(line)s"),
    }.get(Kind(kind), "%(line)s")
    for line in _bare_lines(kind, facts, naming, now):
        yield pattern % {"line": line}


def _bare_lines(kind: str, facts: Facts, naming: Naming, now: datetime) -> Iterator[str]:
    if not facts.services:
        yield _("No service named yet")
        return
    for namer in (_all, _some):
        if facts.false_alarm:
            yield _("%(names)s: false alarm, nothing was wrong") % {"names": namer(facts.services, naming)}
        elif facts.state == "cancelled" or kind == Kind.CANCELLATION:
            yield _("%(names)s: the planned stop of %(day)s is cancelled") % {
                "names": namer(facts.services, naming),
                "day": planned_day(facts.starts_at, now),
            }
        elif kind == Kind.REPORT:
            yield _("%(names)s: report on what happened") % {"names": namer(facts.services, naming)}
        elif facts.state == "ended" and facts.ended_at:
            yield _("%(names)s: working again since %(time)s") % {
                "names": namer(facts.services, naming),
                "time": when(facts.ended_at, now),
            }
        else:
            yield from _ongoing(facts, naming, now)
            return


def _fitting(lines: Iterable[str], limit: int) -> str:
    """The first line that fits; the last, cut, if none does."""
    line = ""
    for line in lines:
        if len(line) <= limit:
            return line
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def title(kind: str, facts: Facts, now: datetime) -> str:
    """What, how bad, since when: at most `TITLE_LIMIT` characters."""
    return _fitting(_lines(kind, facts, short_name, now), TITLE_LIMIT)


def flash(kind: str, facts: Facts, now: datetime) -> str:
    """At most `FLASH_LIMIT` characters that stand alone: in plain words if they fit, and when the next word comes."""
    tail = _flash_tail(kind, facts, now)
    room = FLASH_LIMIT - len(tail)
    plain = capfirst(next(_lines(kind, facts, full_name, now)))
    if len(plain) <= room:
        return plain + tail
    return _fitting(_lines(kind, facts, short_name, now), room) + tail


def _flash_tail(kind: str, facts: Facts, now: datetime) -> str:
    if facts.next_update_by and facts.state in {"ongoing", "announced"}:
        return _(". Next update by %(time)s (%(zone)s).") % {
            "time": when(facts.next_update_by, now),
            "zone": zone_city(),
        }
    if kind == Kind.END and not facts.false_alarm and facts.data_lost != DataLost.UNKNOWN:
        lost = facts.data_lost == DataLost.YES
        return _(". Some data was lost.") if lost else _(". No data was lost.")
    return "."
