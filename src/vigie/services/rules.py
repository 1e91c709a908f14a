"""What hangs on what, and which service an alarm means. Pure."""

from collections.abc import Iterable, Mapping


def closure(roots: Iterable[int], edges: Iterable[tuple[int, int]]) -> frozenset[int]:
    """`roots` and everything that directly or indirectly needs one of them.

    `edges` are (service, what it needs). Circles are allowed: two services may need each other.
    """
    needed_by: dict[int, list[int]] = {}
    for service, needs in edges:
        needed_by.setdefault(needs, []).append(service)
    found: set[int] = set()
    open_ = list(roots)
    while open_:
        service = open_.pop()
        if service not in found:
            found.add(service)
            open_.extend(needed_by.get(service, ()))
    return frozenset(found)


# The labels looked at, in order: an explicit one first, then what monitoring systems usually send.
ALARM_LABELS = ("vigie_service", "service", "job", "host", "hostname", "instance")


def match_alarm(labels: Mapping[str, str], names: Mapping[str, int]) -> int | None:
    """The service an alarm is about: the first label whose value is a known name; a port after a host is ignored."""
    lowered = {name.lower(): service for name, service in names.items()}
    for label in ALARM_LABELS:
        value = labels.get(label, "").strip().lower()
        for candidate in (value, value.rsplit(":", 1)[0], value.split(".", 1)[0]):
            if candidate and candidate in lowered:
                return lowered[candidate]
    return None
