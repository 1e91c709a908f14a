"""Records of Slurm's commands, cut apart whatever stands in them.

A job's name may hold `|`, newlines and any control character, so no character is safe as a mark. The mark between fields
is made anew for each call, and every field, the last too, is followed by it: a record is simply so many fields.
"""

import secrets
from collections.abc import Iterator, Sequence

from vigie.batch.slurm.fields import plain
from vigie.contracts.batch import Refusal, Tally


def new_mark() -> str:
    """A text that no job's name can hold, as nobody knows it before: ASCII, no digit first, without `:` and `,`."""
    return f"\x1f{secrets.token_hex(4)}\x1e"


def records(out: bytes, mark: str, fields: Sequence[str], tally: Tally, who: str) -> Iterator[dict[str, str]]:
    """Records by the names of their fields. Raises Refusal if this is no output of that kind at all.

    An output that breaks off has its last, unfinished record put aside.
    """
    if not out.strip():
        return
    if mark.encode("ascii") not in out:
        raise Refusal(f"{who}: printed something else than was asked for: {plain(out[:200])!r}")
    parts = [plain(part) for part in out.split(mark.encode("ascii"))]
    tail = parts.pop()
    whole = len(parts) // len(fields) * len(fields)
    for number, at in enumerate(range(0, whole, len(fields)), start=1):
        values = parts[at : at + len(fields)]
        if number > 1 and not values[0].startswith("\n"):
            tally.put_aside(number, f"{who}: the record does not begin a line", "|".join(values))
            continue
        values[0] = values[0].removeprefix("\n")
        yield dict(zip(fields, values, strict=True))
    if rest := "|".join([*parts[whole:], tail]).strip():
        tally.put_aside(whole // len(fields) + 1, f"{who}: the output breaks off", rest)
