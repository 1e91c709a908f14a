"""Another word in the place of names, wherever they stand in texts and in JSON."""

import re
from collections.abc import Callable, Iterable
from typing import Any

SHORTEST = 3  # shorter ones are no names, and everywhere


def forgetter(names: Iterable[str], label: str) -> Callable[[Any], Any]:
    """A function that gives back any JSON-able value with `label` for each of the names, as whole words, in any case."""
    wanted = sorted({name for name in names if len(name) >= SHORTEST}, key=len, reverse=True)
    pattern = re.compile(
        "|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in wanted) or r"(?!)", re.IGNORECASE
    )

    def without(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(lambda _match: label, value)
        if isinstance(value, list):
            return [without(one) for one in value]
        if isinstance(value, dict):
            return {without(key): without(one) for key, one in value.items()}
        return value

    return without
